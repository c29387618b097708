import { parsePeerId } from '../peer/peer-id-text.ts'

/**
 * First code of multicodec's private use range. An address with a protocol that the library does not know cannot be
 * encoded, so its text is stored under this code instead. Such an address is never dialled and has no text in
 * messages, but it can be compared with others.
 */
const PRIVATE_USE = [0x80, 0x80, 0xc0, 0x01]

/** Bytes kept of the text, so that the address stays below the limit of the address reader. */
const MAX_BYTES = 500

const PEER_AT_END = /^(\/.+)\/(?:p2p|ipfs)\/([^/]+)$/

/** Reads an address with unknown protocols that ends in a peer id; undefined if there is no peer id. */
export function parseForeignAddress (text: string): { address: Uint8Array, peerId: Uint8Array } | undefined {
  const [, way = '', id = ''] = PEER_AT_END.exec(text) ?? []
  const peerId = parsePeerId(id)

  return peerId === undefined ? undefined : { address: Uint8Array.from([...PRIVATE_USE, ...Buffer.from(way).subarray(0, MAX_BYTES)]), peerId }
}
