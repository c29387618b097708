import { diffieHellman, generateKeyPairSync } from 'node:crypto'
import { peerFault } from '../visit/peer-fault.ts'
import { importRawKey } from '../wire/raw-key.ts'
import type { KeyObject } from 'node:crypto'

/** Length of a public key and of a shared secret. */
export const X25519_LENGTH = 32

/** A key pair of ours; the public half as the 32 bytes that go over the wire. */
export interface X25519KeyPair {
  privateKey: KeyObject
  publicKey: Uint8Array
}

/** A fresh key pair. Ephemeral keys are made for each handshake: reuse would cost forward secrecy. By JWK, which Node exports faster than DER. */
export function generateX25519 (): X25519KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })

  return { privateKey, publicKey: Buffer.from(x, 'base64url') }
}

/** A remote's public key from its 32 bytes. */
export function importX25519 (publicKey: Uint8Array): KeyObject {
  return importRawKey('X25519', publicKey)
}

/** The shared secret. Throws PP_PEER_FAULT for a key of low order, whose secret would be all zeros (RFC 7748, section 6.1). */
export function agree (ours: X25519KeyPair, theirs: KeyObject): Uint8Array {
  try {
    return diffieHellman({ privateKey: ours.privateKey, publicKey: theirs })
  } catch (err) {
    throw peerFault('handshake-failed', 'the remote sent an X25519 key of low order', err)
  }
}
