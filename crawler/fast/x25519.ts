import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { peerFault } from '../visit/peer-fault.ts'
import type { KeyObject } from 'node:crypto'

const SPKI_PREFIX_LENGTH = 12

/** Length of a public key and of a shared secret. */
export const X25519_LENGTH = 32

/** A key pair of ours; the public half as the 32 bytes that go over the wire. */
export interface X25519KeyPair {
  privateKey: KeyObject
  publicKey: Uint8Array
}

/** A fresh key pair. Ephemeral keys are made for each handshake: reuse would cost forward secrecy. */
export function generateX25519 (): X25519KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519', { publicKeyEncoding: { type: 'spki', format: 'der' } })
  const spki: unknown = publicKey // Node encodes what it is told to; its types know no pair with one half encoded

  if (!Buffer.isBuffer(spki)) {
    throw new TypeError('generateKeyPairSync left the public key unencoded')
  }

  return { privateKey, publicKey: spki.subarray(SPKI_PREFIX_LENGTH) }
}

/** A remote's public key from its 32 bytes. By JWK, which Node imports faster than DER. */
export function importX25519 (publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('base64url')

  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
}

/** The shared secret. Throws PP_PEER_FAULT for a key of low order, whose secret would be all zeros (RFC 7748, section 6.1). */
export function agree (ours: X25519KeyPair, theirs: KeyObject): Uint8Array {
  try {
    return diffieHellman({ privateKey: ours.privateKey, publicKey: theirs })
  } catch (err) {
    throw peerFault('handshake-failed', 'the remote sent an X25519 key of low order', err)
  }
}
