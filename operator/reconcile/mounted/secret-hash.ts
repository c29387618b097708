// Everybody who may read pods sees their annotations. A plain hash there would let a reader try passwords until one matches.
import { createHmac, hash } from 'node:crypto'

/** Contents of a Secret, in base64 as in the API. */
export type SecretData = Readonly<Record<string, string>>

/** Shows whether the contents of a Secret changed, and reveals nothing about them. */
export type SecretHash = (data: SecretData) => string

/** Hashes with a key: without the key nobody can find the contents by trying. */
export function keyedHash (key: Buffer): SecretHash {
  return data => createHmac('sha256', key).update(textOf(data)).digest('hex').slice(0, 16)
}

/** The hash of releases that had no key. Only for their pods that have not rolled yet. */
export function earlierHash (data: SecretData): string {
  return hash('sha256', textOf(data), 'hex').slice(0, 16)
}

function textOf (data: SecretData): string {
  return JSON.stringify(Object.entries(data).sort())
}
