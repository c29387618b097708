import { hash } from 'node:crypto'
import { endsWith, equalBytes } from './bytes.ts'

// A peer id is the identity multihash of a key of at most 42 bytes, or the SHA-256 of a longer one (libp2p
// peer id specification). Longer identity multihashes are refused although Go keeps them and js-libp2p can
// make one of an ECDSA key, of 91 bytes: no host has such an id. js-libp2p starts no node with an ECDSA key,
// Rust reads no such id, and Go proves an ECDSA key by its SHA-256 alone. A test holds js-libp2p to it.

const IDENTITY = 0x00
const SHA256 = 0x12
const MAX_IDENTITY_BYTES = 42
const SHA256_BYTES = 32

/** A key has at least a type and a length; less cannot be told from a made-up name. */
const MIN_IDENTITY_BYTES = 8

/** First bytes of a /p2p component: the protocol's code 421 as a varint. */
const P2P_CODE = [0xa5, 0x03] as const

/** Bytes of the longest peer id. */
export const MAX_PEER_ID_BYTES = 2 + MAX_IDENTITY_BYTES

/** Whether the bytes are a multihash that a peer id can be: anyone can name anything. */
export function isPeerId (id: Uint8Array): boolean {
  const [code, length = 0] = id

  if (length !== id.length - 2) {
    return false
  }

  return code === IDENTITY ? length >= MIN_IDENTITY_BYTES && length <= MAX_IDENTITY_BYTES : code === SHA256 && length === SHA256_BYTES
}

/**
 * Whether the peer id `id` is that of the public key in `keyMessage` (its protobuf).
 *
 * Either the key itself is inlined or its SHA-256: then the key that was received is hashed, or
 * anyone could answer in the name of an RSA or ECDSA peer.
 */
export function isIdOfKey (id: Uint8Array, keyMessage: Uint8Array): boolean {
  return isPeerId(id) && equalBytes(id.subarray(2), id[0] === IDENTITY ? keyMessage : hash('sha256', keyMessage, 'buffer'))
}

/** A binary multiaddr without the /p2p/<id> at its end that says nothing new. */
export function withoutPeerId (address: Uint8Array, id: Uint8Array): Uint8Array {
  const cut = address.length - id.length - P2P_CODE.length - 1
  const isSuffixed = cut >= 0 && address[cut] === P2P_CODE[0] && address[cut + 1] === P2P_CODE[1] && address[cut + 2] === id.length && endsWith(address, id)

  return isSuffixed ? address.subarray(0, cut) : address
}
