// A peer id is the identity multihash of a key of at most 42 bytes, or the SHA-256 of a longer one (libp2p peer id
// specification). Longer identity multihashes are rejected, although go-libp2p accepts them and js-libp2p can make
// one of 91 bytes for an ECDSA key: no host has such an id. js-libp2p starts no node with an ECDSA key, rust-libp2p
// rejects such an id, and go-libp2p uses the SHA-256 of an ECDSA key. A test checks this for js-libp2p.
import { hash } from 'node:crypto'
import { equalBytes, isAt } from '../wire/bytes.ts'

const IDENTITY = 0x00
const SHA256 = 0x12
const MAX_IDENTITY_BYTES = 42
const SHA256_BYTES = 32

/** A key has at least a type and a length. */
const MIN_IDENTITY_BYTES = 8

/** First bytes of a /p2p component: protocol code 421 as a varint. */
const P2P_CODE = [0xa5, 0x03] as const

/** The protocol code and the length of the id. */
const P2P_HEAD_BYTES = 3

/** Bytes of the longest peer id. */
export const MAX_PEER_ID_BYTES = 2 + MAX_IDENTITY_BYTES

/** Whether the bytes are a multihash that is valid as a peer id. */
export function isPeerId (id: Uint8Array): boolean {
  return isPeerIdAt(id, 0, id.length)
}

/** Whether the bytes from `start` to `end` are a multihash that is valid as a peer id. */
export function isPeerIdAt (bytes: Uint8Array, start: number, end: number): boolean {
  const code = bytes[start]
  const length = end - start - 2

  if (length < 0 || length !== bytes[start + 1]) {
    return false
  }

  return code === IDENTITY ? length >= MIN_IDENTITY_BYTES && length <= MAX_IDENTITY_BYTES : code === SHA256 && length === SHA256_BYTES
}

/**
 * Whether `id` is the peer id of the public key in `keyMessage` (its protobuf).
 *
 * A peer id contains either the key itself or its SHA-256. In the second case the received key must be hashed, or
 * anyone could impersonate an RSA or ECDSA peer.
 */
export function isIdOfKey (id: Uint8Array, keyMessage: Uint8Array): boolean {
  return isPeerId(id) && equalBytes(id.subarray(2), id[0] === IDENTITY ? keyMessage : hash('sha256', keyMessage, 'buffer'))
}

/** The peer id of the public key in `keyMessage` (its protobuf), as a multihash. */
export function idOfKey (keyMessage: Uint8Array): Uint8Array {
  const [code, digest] = keyMessage.length <= MAX_IDENTITY_BYTES ? [IDENTITY, keyMessage] : [SHA256, hash('sha256', keyMessage, 'buffer')]

  return Uint8Array.of(code, digest.length, ...digest)
}

/** A binary multiaddr without a trailing, redundant /p2p/<id>. */
export function withoutPeerId (address: Uint8Array, id: Uint8Array): Uint8Array {
  const cut = address.length - id.length - P2P_HEAD_BYTES

  return cut >= 0 && isP2pHead(address, cut, id.length) && isAt(address, address.length - id.length, id) ? address.subarray(0, cut) : address
}

/**
 * The end of a binary multiaddr without a trailing /p2p component that repeats the peer's id. Address and id are in
 * the same array. The result is before the start of the address if the address is shorter than such a component.
 */
export function endWithoutPeerId (bytes: Uint8Array, end: number, idStart: number, idEnd: number): number {
  const length = idEnd - idStart
  const cut = end - length - P2P_HEAD_BYTES

  if (!isP2pHead(bytes, cut, length)) {
    return end
  }

  for (let i = 1; i <= length; i++) {
    if (bytes[end - i] !== bytes[idEnd - i]) {
      return end
    }
  }

  return cut
}

function isP2pHead (bytes: Uint8Array, at: number, idLength: number): boolean {
  return bytes[at] === P2P_CODE[0] && bytes[at + 1] === P2P_CODE[1] && bytes[at + 2] === idLength
}
