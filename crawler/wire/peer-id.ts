import { endsWith } from './bytes.ts'

/** A peer id is the identity multihash of a short key or the SHA-256 of a long one (libp2p peer id specification). */
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

  return code === 0x00 ? length > 0 && length <= MAX_IDENTITY_BYTES : code === 0x12 && length === SHA256_BYTES
}

/** A binary multiaddr without the /p2p/<id> at its end that says nothing new. */
export function withoutPeerId (address: Uint8Array, id: Uint8Array): Uint8Array {
  const cut = address.length - id.length - P2P_CODE.length - 1
  const isSuffixed = cut >= 0 && address[cut] === P2P_CODE[0] && address[cut + 1] === P2P_CODE[1] && address[cut + 2] === id.length && endsWith(address, id)

  return isSuffixed ? address.subarray(0, cut) : address
}
