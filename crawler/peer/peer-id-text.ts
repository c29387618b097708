import { fromBase58, toBase58 } from './base58.ts'
import { isPeerId } from './peer-id.ts'

/** Longest text of a peer id: `12D3Koo…` has 52 characters, `16Uiu2…` 53, `Qm…` 46. */
const MAX_TEXT = 64

/** Text of a peer id as libp2p prints it: `12D3Koo…`, `16Uiu2…`, `Qm…`. */
export function formatPeerId (id: Uint8Array): string {
  return toBase58(id)
}

/** Parses a peer id's text to its multihash; undefined if it is invalid. */
export function parsePeerId (text: string): Uint8Array | undefined {
  const id = text.length > MAX_TEXT ? undefined : fromBase58(text)

  return id !== undefined && isPeerId(id) ? id : undefined
}
