import sodium from 'sodium-native'
import { peerFault } from '../../peer/peer-fault.ts'

const { randombytes_buf: fillRandom, crypto_scalarmult_base: publicOf, crypto_scalarmult: multiply } = sodium

/** Length of a public key, of a private one, and of a shared secret. */
export const X25519_LENGTH = 32

/** A key pair of ours, both halves as bytes. */
export interface X25519KeyPair {
  privateKey: Uint8Array

  /** As it goes over the wire. */
  publicKey: Uint8Array
}

/** A fresh key pair. Ephemeral keys are made for each handshake: reuse would cost forward secrecy. */
export function generateX25519 (): X25519KeyPair {
  const privateKey = Buffer.allocUnsafe(X25519_LENGTH)
  const publicKey = Buffer.allocUnsafe(X25519_LENGTH)
  fillRandom(privateKey)
  publicOf(publicKey, privateKey)

  return { privateKey, publicKey }
}

/** The shared secret with the 32 bytes. Throws PP_PEER_FAULT for a key of low order: its secret would be all zeros (RFC 7748, section 6.1). */
export function agree (ours: X25519KeyPair, theirs: Uint8Array): Uint8Array {
  const secret = Buffer.allocUnsafe(X25519_LENGTH)

  try {
    multiply(secret, ours.privateKey, theirs)
  } catch (err) {
    throw peerFault('handshake-failed', 'the remote sent an X25519 key of low order', err)
  }

  return secret
}
