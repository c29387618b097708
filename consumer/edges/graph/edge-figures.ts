// Figures of the graph of a crawl.
import { hash } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import { Components } from './components.ts'
import type { EdgeGraph } from './edge-graph.ts'

// Parts of the key space that are compared: those with the same first four bits.
const KEY_SPACE_PARTS = 16

const MOST_MENTIONED = 10

/** How often peers are mentioned, or how many they mention. */
export interface Degrees { p50: number, p90: number, p99: number, max: number }

/** Figures of the routing tables of one crawl. */
export interface EdgeFigures {
  /** Peers that were visited or mentioned. */
  peers: number

  visited: number
  contacted: number

  /** Entries of all tables, each of a peer's last answered visit. */
  entries: number

  /** Entries that mention a peer that was visited and could not be contacted, and the peers so mentioned. */
  stale: { entries: number, peers: number }

  /** Of the contacted peers: by how many tables each is mentioned. */
  inDegree: Degrees

  /** Of the peers whose table was read: how many peers each table mentions. */
  outDegree: Degrees

  /** The peers in most tables. */
  mostMentioned: { nodeId: string, tables: number }[]

  /** Contacted peers, joined by entries between them in either direction: how many parts do not mention one another, and the largest. */
  components: { count: number, largest: number }

  /** Contacted peers by the first four bits of the SHA-256 of their id. */
  keySpace: number[]
}

/** Computes the figures of a graph. @throws errors of its rows, the signal's reason */
export async function edgeFigures (graph: EdgeGraph, signal: AbortSignal): Promise<EdgeFigures> {
  const { peers } = graph
  const mentions = new Uint32Array(peers.length)
  const tables = new Uint32Array(peers.length)
  const components = new Components(peers.length)
  const isContacted = (position: number): boolean => peers[position]?.contacted === true
  const isStale = (position: number): boolean => peers[position]?.visited === true && !isContacted(position)
  let entries = 0
  let stale = 0

  for await (const edges of graph.edges(signal)) {
    for (const { from, to } of edges) {
      entries++
      stale += isStale(to) ? 1 : 0
      mentions[to] = (mentions[to] ?? 0) + 1
      tables[from] = (tables[from] ?? 0) + 1

      if (isContacted(from) && isContacted(to)) {
        components.join(from, to)
      }
    }
  }

  const contacted = [...peers.keys()].filter(isContacted)
  const roots = contacted.filter(position => components.isRoot(position))

  return {
    peers: peers.length,
    visited: peers.filter(({ visited }) => visited).length,
    contacted: contacted.length,
    entries,
    stale: { entries: stale, peers: [...peers.keys()].filter(position => isStale(position) && (mentions[position] ?? 0) > 0).length },
    inDegree: degreesOf(contacted.map(position => mentions[position] ?? 0)),
    outDegree: degreesOf([...tables].filter(n => n > 0)),
    mostMentioned: mostMentioned(graph, mentions),
    components: { count: roots.length, largest: roots.reduce((most, root) => Math.max(most, components.sizeOf(root)), 0) },
    keySpace: keySpaceOf(contacted.map(position => peers[position]?.nodeId ?? ''))
  }
}

function degreesOf (values: number[]): Degrees {
  const sorted = Uint32Array.from(values).sort()
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0

  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}

function mostMentioned ({ peers }: EdgeGraph, mentions: Uint32Array): EdgeFigures['mostMentioned'] {
  return peers.map(({ nodeId }, i) => ({ nodeId, tables: mentions[i] ?? 0 }))
    .sort((a, b) => b.tables - a.tables || (a.nodeId < b.nodeId ? -1 : 1))
    .slice(0, MOST_MENTIONED)
    .filter(({ tables }) => tables > 0)
}

function keySpaceOf (ids: readonly string[]): number[] {
  const counts = Array.from({ length: KEY_SPACE_PARTS }, () => 0)

  for (const id of ids) {
    const [first = 0] = hash('sha256', peerIdFromString(id).toMultihash().bytes, 'buffer')
    const part = first >> 4
    counts[part] = (counts[part] ?? 0) + 1
  }

  return counts
}
