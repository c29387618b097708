// Everybody who may read pods sees what is on them: a plain hash there would let him try passwords until one fits.
import { createHmac, hash } from 'node:crypto'

/** Contents of a Secret, in base64 as the API has them. */
export type SecretData = Readonly<Record<string, string>>

/** Tells whether what a Secret holds has changed, and nothing of what it is. */
export type SecretHash = (data: SecretData) => string

/** Hashes by a key: who does not have it cannot find out by trying what was hashed. */
export function keyedHash (key: Buffer): SecretHash {
  return data => createHmac('sha256', key).update(textOf(data)).digest('hex').slice(0, 16)
}

/** The hash of releases that had no key. Only for pods of theirs that are not rolled yet. */
export function earlierHash (data: SecretData): string {
  return hash('sha256', textOf(data), 'hex').slice(0, 16)
}

function textOf (data: SecretData): string {
  return JSON.stringify(Object.entries(data).sort())
}
