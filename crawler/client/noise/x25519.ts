import sodium from 'sodium-native'
import { peerFault } from '../../peer/peer-fault.ts'

const { randombytes_buf: fillRandom, crypto_scalarmult_base: publicOf, crypto_scalarmult: multiply } = sodium

/** Length in bytes of a public key, a private key and a shared secret. */
export const X25519_LENGTH = 32

/** An X25519 key pair as bytes. */
export interface X25519KeyPair {
  privateKey: Uint8Array

  /** As it goes over the wire. */
  publicKey: Uint8Array
}

/** Generates a key pair. Each handshake needs its own ephemeral keys: reuse would break forward secrecy. */
export function generateX25519 (): X25519KeyPair {
  const privateKey = Buffer.allocUnsafe(X25519_LENGTH)
  const publicKey = Buffer.allocUnsafe(X25519_LENGTH)
  fillRandom(privateKey)
  publicOf(publicKey, privateKey)

  return { privateKey, publicKey }
}

/** The shared secret with a remote's public key. Throws PP_PEER_FAULT for a key of low order, whose secret would be all zeros (RFC 7748, section 6.1). */
export function agree (ours: X25519KeyPair, theirs: Uint8Array): Uint8Array {
  const secret = Buffer.allocUnsafe(X25519_LENGTH)

  try {
    multiply(secret, ours.privateKey, theirs)
  } catch (err) {
    throw peerFault('handshake-failed', 'the remote sent an X25519 key of low order', err)
  }

  return secret
}
