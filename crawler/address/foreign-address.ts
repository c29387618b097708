import { parsePeerId } from '../peer/peer-id-text.ts'

/**
 * First code of the range that multicodec leaves to private use. An address in a protocol that the library does not
 * know has no bytes; under this code its text stands for it. It is dialled by nobody, has no text of its own for
 * messages, and is told apart from others.
 */
const PRIVATE_USE = [0x80, 0x80, 0xc0, 0x01]

/** Bytes of the text that are kept, so that the address stays within what is read of one. */
const MAX_BYTES = 500

const PEER_AT_END = /^(\/.+)\/(?:p2p|ipfs)\/([^/]+)$/

/** Reads the peer id at the end of an address whose protocols are not all known; undefined when there is none. */
export function parseForeignAddress (text: string): { address: Uint8Array, peerId: Uint8Array } | undefined {
  const [, way = '', id = ''] = PEER_AT_END.exec(text) ?? []
  const peerId = parsePeerId(id)

  return peerId === undefined ? undefined : { address: Uint8Array.from([...PRIVATE_USE, ...Buffer.from(way).subarray(0, MAX_BYTES)]), peerId }
}
