// One UPDATE for many peers, each with its own value. The server finds the value by binary search over a number of each peer,
// which costs nearly nothing. An UPDATE for each peer costs ten times as much, a join twice as much (docs/performance.md).
import { crc32 } from 'node:zlib'
import { listText, quote } from '../server/sql-text.ts'

/** Peers that one UPDATE can distinguish, and those that it cannot. */
export interface Apart<Peer> {
  apart: readonly Peer[]

  /** Peers with the CRC-32 of another peer: an attacker can choose such peer ids. */
  alike: readonly Peer[]
}

/** Separates peers with the same number as an earlier peer. */
export function tellApart<Peer extends { nodeId: string }> (peers: readonly Peer[]): Apart<Peer> {
  const numbers = new Set<number>()
  const apart: Peer[] = []
  const alike: Peer[] = []

  for (const peer of peers) {
    const number = crc32(peer.nodeId)
    const side = numbers.has(number) ? alike : apart
    side.push(peer)
    numbers.add(number)
  }

  return { apart, alike }
}

/** An expression whose value in a row is the literal of the row's peer; only for rows of these peers, which must be distinguishable. */
export function valueByPeer<Peer extends { nodeId: string }> (peers: readonly Peer[], literalOf: (peer: Peer) => string): string {
  const numbered = peers.map(peer => ({ number: crc32(peer.nodeId), literal: literalOf(peer) })).sort((a, b) => a.number - b.number)

  return `ELT(INTERVAL(CRC32(node_id),${numbered.map(({ number }) => number).join()}),${numbered.map(({ literal }) => literal).join()})`
}

/** A condition that is true for the rows of these peers. */
export function isOfPeers (peers: readonly { nodeId: string }[]): string {
  return `node_id IN ${listText(peers.map(({ nodeId }) => quote(nodeId)))}`
}
