import { hash } from 'node:crypto'
import { endsWith, equalBytes } from './bytes.ts'

/** A peer id is the identity multihash of a short key or the SHA-256 of a long one (libp2p peer id specification). */
const IDENTITY = 0x00
const SHA256 = 0x12
const MAX_IDENTITY_BYTES = 42
const SHA256_BYTES = 32

/** First bytes of a /p2p component: the protocol's code 421 as a varint. */
const P2P_CODE = [0xa5, 0x03] as const

/** Whether the bytes are a multihash that a peer id can be. */
export function isPeerId (id: Uint8Array): boolean {
  const [code, length = 0] = id

  if (length !== id.length - 2) {
    return false
  }

  return code === IDENTITY ? length > 0 && length <= MAX_IDENTITY_BYTES : code === SHA256 && length === SHA256_BYTES
}

/**
 * Whether the peer id `id` is that of the public key in `keyMessage` (its protobuf).
 *
 * Either the key itself is inlined or its SHA-256: then the key that was received is hashed, or
 * anyone could answer in the name of an RSA or ECDSA peer. An inlined key may be longer than the
 * specification allows: js-libp2p inlines ECDSA keys, and comparing whole keys cannot be fooled.
 */
export function isIdOfKey (id: Uint8Array, keyMessage: Uint8Array): boolean {
  const [code, length] = id

  if (length !== id.length - 2) {
    return false
  }

  if (code === IDENTITY) {
    return equalBytes(id.subarray(2), keyMessage)
  }

  return code === SHA256 && length === SHA256_BYTES && equalBytes(id.subarray(2), hash('sha256', keyMessage, 'buffer'))
}

/** A binary multiaddr without the /p2p/<id> at its end that says nothing new. */
export function withoutPeerId (address: Uint8Array, id: Uint8Array): Uint8Array {
  const cut = address.length - id.length - P2P_CODE.length - 1
  const isSuffixed = cut >= 0 && address[cut] === P2P_CODE[0] && address[cut + 1] === P2P_CODE[1] && address[cut + 2] === id.length && endsWith(address, id)

  return isSuffixed ? address.subarray(0, cut) : address
}
