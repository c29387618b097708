import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MAX_NEIGHBOURS, Neighbours, NEIGHBOURS_END_TYPE, NEIGHBOURS_TYPE, NeighboursEnd } from '../../../../core/contracts/edges/neighbours.ts'
import { MESSAGE_LIMITS } from '../../../../core/contracts/visit.ts'
import { formatPeerId } from '../../../../crawler/peer/peer-id-text.ts'
import { MAX_PEER_ID_BYTES } from '../../../../crawler/peer/peer-id.ts'
import { KeySpace } from '../../../../crawler/publish/neighbours/key-space.ts'
import { neighboursEndMessage, neighboursMessage } from '../../../../crawler/publish/neighbours/neighbours-message.ts'
import { peerIdOf } from '../../../support/network/simulated-network.ts'
import type { RoutingTable } from '../../../../crawler/dht/routing-table.ts'
import type { CompletedVisit } from '../../../../crawler/engine/population/visit-sink.ts'

const context = { scan: 'default/probe/main', network: 'ipfs' }
const space = new KeySpace()

function visit (routingTable?: Partial<RoutingTable>): CompletedVisit {
  const table = routingTable && { queries: 9, failed: 0, peers: [], ...routingTable }

  const result: CompletedVisit['result'] = { startedAtMs: 0, durationMs: 0, outcome: 'ok', attempts: [], ...table && { routingTable: table } }

  return { crawlId: 7, attempt: 2, discoveryType: 'active', source: 'known', id: peerIdOf('a'), addresses: [], result }
}

function read (completed: CompletedVisit, isListed = true): Neighbours {
  const { value } = neighboursMessage(completed, context, { sequence: 3, isListed }, space)

  return Neighbours.parse(JSON.parse(Buffer.from(value).toString()))
}

suite('neighboursMessage', () => {
  test('lists the peers in the answers by bucket, without the peer itself', () => {
    const peers = ['a', 'b', 'c', 'd', 'e', 'f'].map(name => ({ id: peerIdOf(name), addresses: [] }))
    const message = read(visit({ peers }))

    assert.deepEqual({ ...message, buckets: [] }, { version: 1, ...context, crawlId: 7, sequence: 3, nodeId: formatPeerId(peerIdOf('a')), attempt: 2, outcome: 'ok', entries: 6, buckets: [] })
    assert.deepEqual(message.buckets.flatMap(bucket => bucket.peers).sort(), ['b', 'c', 'd', 'e', 'f'].map(name => formatPeerId(peerIdOf(name))).sort())
    assert.deepEqual(message.buckets.map(({ bucket }) => bucket), [...new Set(message.buckets.map(({ bucket }) => bucket))].sort((a, b) => a - b))
  })

  test('has no entries where nothing was asked or answered, and only their number where the table is left out', () => {
    const peers = [{ id: peerIdOf('b'), addresses: [] }]

    assert.equal('entries' in read(visit()), false)
    assert.equal('entries' in read(visit({ queries: 2, failed: 2 })), false)
    assert.equal(read(visit({ queries: 2, failed: 1 })).entries, 0)
    assert.deepEqual([read(visit({ peers }), false).entries, read(visit({ peers }), false).buckets], [1, []])
  })

  test('fits into a message with the longest ids, however many peers are mentioned', () => {
    const length = MAX_PEER_ID_BYTES - 2
    const longest = (n: number): Uint8Array => Uint8Array.of(0, length, ...Array.from({ length }, (_, at) => 255 - (n >> at & 1)))
    const peers = Array.from({ length: 2 * MAX_NEIGHBOURS }, (_, i) => ({ id: longest(i), addresses: [] }))
    const { value } = neighboursMessage(visit({ peers }), context, { sequence: 1, isListed: true }, space)
    const { entries, buckets } = Neighbours.parse(JSON.parse(Buffer.from(value).toString()))

    assert.ok(value.length < MESSAGE_LIMITS.bytes - 8_192, String(value.length))
    assert.deepEqual([entries, buckets.reduce((sum, bucket) => sum + bucket.peers.length, 0)], [2 * MAX_NEIGHBOURS, MAX_NEIGHBOURS])
  })

  test('is of the same key as the end, so that both are in one partition', () => {
    const end = neighboursEndMessage({ scan: context.scan, crawlId: 7, state: 'finished', messages: 3 }, 0)
    const message = neighboursMessage(visit(), context, { sequence: 1, isListed: true }, space)

    assert.deepEqual([message.key, message.headers['ce_type'], message.headers['ce_id']], [context.scan, NEIGHBOURS_TYPE, '7-1'])
    assert.deepEqual([end.key, end.headers['ce_type']], [context.scan, NEIGHBOURS_END_TYPE])
    assert.deepEqual(NeighboursEnd.parse(JSON.parse(Buffer.from(end.value).toString())), { version: 1, scan: context.scan, crawlId: 7, state: 'finished', messages: 3 })
  })
})
