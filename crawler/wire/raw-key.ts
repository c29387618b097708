import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

// A visit imports three keys. Node tries what it is given as a key object first, and tells by catching
// errors that it is none: with an object (JWK, DER) four of them, whose stack traces cost three times
// the import. A text is no object, so that PEM is the fastest form although it is the longest.

const RAW_LENGTH = 32

/** The curves of RFC 8410 that libp2p uses. */
export type RawKeyCurve = 'Ed25519' | 'X25519'

/** SubjectPublicKeyInfo up to the key, in base64: 12 bytes, so that the key's own base64 follows. */
const HEADS: Readonly<Record<RawKeyCurve, string>> = {
  Ed25519: Buffer.from('302a300506032b6570032100', 'hex').toString('base64'),
  X25519: Buffer.from('302a300506032b656e032100', 'hex').toString('base64')
}

/** Imports a public key of 32 bytes. OpenSSL would overlook what follows them. */
export function importRawKey (curve: RawKeyCurve, raw: Uint8Array): KeyObject {
  if (raw.length !== RAW_LENGTH) {
    throw new TypeError('a raw public key has 32 bytes')
  }

  const body = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('base64')

  return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${HEADS[curve]}${body}\n-----END PUBLIC KEY-----`)
}
