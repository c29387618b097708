import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { edgeFigures } from '../../../../consumer/edges/graph/edge-figures.ts'
import { EdgeGraph } from '../../../../consumer/edges/graph/edge-graph.ts'
import { rowsOf } from '../../../support/consumer/edge-files.ts'
import { tableOf } from '../../../support/consumer/neighbours.ts'
import type { EdgeFigures } from '../../../../consumer/edges/graph/edge-figures.ts'
import type { Neighbours } from '../../../../core/contracts/edges/neighbours.ts'

const { signal } = new AbortController()
const figuresOf = async (tables: readonly Neighbours[]): Promise<EdgeFigures> => await edgeFigures(await EdgeGraph.read(rowsOf(tables), signal), signal)

suite('figures of edges', () => {
  test('count entries, stale ones, degrees, components and the key space', async () => {
    const peers = await Promise.all(Array.from({ length: 6 }, async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))))
    const [a, b, c, d, gone, unvisited] = peers.map(String) as [string, string, string, string, string, string]
    const tables = [
      tableOf({ nodeId: a, entries: 4, buckets: [{ bucket: 0, peers: [b, gone] }, { bucket: 2, peers: [c, unvisited] }] }),
      tableOf({ nodeId: b, entries: 1, buckets: [{ bucket: 0, peers: [c] }] }),
      tableOf({ nodeId: c, entries: 1, buckets: [{ bucket: 0, peers: [gone] }] }),
      // Joined to the others only through a peer that was not contacted.
      tableOf({ nodeId: d, entries: 1, buckets: [{ bucket: 0, peers: [gone] }] }),
      tableOf({ nodeId: gone, outcome: 'timeout', entries: undefined, buckets: [] })
    ]
    const { keySpace, ...figures } = await figuresOf(tables)

    assert.deepEqual(figures, {
      peers: 6,
      visited: 5,
      contacted: 4,
      entries: 7,
      stale: { entries: 3, peers: 1 },
      inDegree: { p50: 0, p90: 2, p99: 2, max: 2 },
      outDegree: { p50: 1, p90: 4, p99: 4, max: 4 },
      mostMentioned: [
        { nodeId: gone, tables: 3 },
        { nodeId: c, tables: 2 },
        ...[b, unvisited].sort().map(nodeId => ({ nodeId, tables: 1 }))
      ],
      components: { count: 2, largest: 3 }
    })
    const parts = peers.slice(0, 4).map(peer => createHash('sha256').update(peer.toMultihash().bytes).digest()[0]! >> 4)
    assert.deepEqual(keySpace, Array.from({ length: 16 }, (_, i) => parts.filter(part => part === i).length))
  })

  test('are zeros for a crawl that contacted nobody', async () => {
    const { contacted, entries, inDegree, components, mostMentioned } = await figuresOf([tableOf({ outcome: 'timeout', entries: undefined, buckets: [] })])

    assert.deepEqual([contacted, entries, mostMentioned], [0, 0, []])
    assert.deepEqual(inDegree, { p50: 0, p90: 0, p99: 0, max: 0 })
    assert.deepEqual(components, { count: 0, largest: 0 })
  })
})
