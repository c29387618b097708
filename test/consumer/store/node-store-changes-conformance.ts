// What every adapter knows of when its rows were written; a part of the NodeStore conformance suite.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_ID, PEERS, visitOf } from '../../support/consumer/messages.ts'
import type { RecordPage, RecordPageQuery } from '../../../consumer/records/record-query.ts'
import type { StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { OpenStore } from './node-store-fixture.ts'

const at = (seconds: number): string => new Date(CRAWL_ID * 1_000 + seconds * 1_000).toISOString()
const batch = (...visits: Visit[]): StoreBatch => ({ visits, crawls: [] })

/** Runs the suite; `open` gives each test an empty store. */
export function nodeStoreChangesConformance (adapter: string, open: OpenStore): void {
  suite(`NodeStore conformance, changes: ${adapter}`, () => {
    test('pages through the peers of one moment, all or those written since', async () => {
      await using fixture = await open()
      await fixture.store.write(batch(visitOf({ nodeId: PEERS[0] }), visitOf({ nodeId: PEERS[1] })))
      await fixture.clock.advance(1_000)
      const sinceMs = fixture.clock.now()
      await fixture.store.write(batch(visitOf({ nodeId: PEERS[1], attempt: 2, startedAt: at(5) })))
      await using snapshot = await fixture.store.snapshot()
      await fixture.store.write(batch(visitOf({ nodeId: PEERS[2] })))

      const nodes = async (query: Pick<RecordPageQuery, 'after' | 'changedSinceMs' | 'limit'>): Promise<RecordPage> => await snapshot.records({ kind: 'nodes', ...query })
      const peersIn = ({ records }: RecordPage): unknown[] => records.map(({ node_id: peer }) => peer)
      const first = await nodes({ limit: 1 })
      const second = await nodes({ limit: 1, after: first.next })
      const third = await nodes({ limit: 1, after: second.next })
      assert.deepEqual([first, second, third].map(peersIn), [[PEERS[0]], [PEERS[1]], []])
      assert.equal(third.next, undefined)
      assert.deepEqual(peersIn(await nodes({ limit: 100, changedSinceMs: sinceMs })), [PEERS[1]])
      const none = await nodes({ limit: 1, changedSinceMs: sinceMs })
      assert.deepEqual([peersIn(none), peersIn(await nodes({ limit: 1, changedSinceMs: sinceMs, after: none.next }))], [[], [PEERS[1]]])
      assert.deepEqual(first.records[0], {
        node_id: PEERS[0],
        protocol_version: 'ipfs/0.1.0',
        agent_version: 'kubo/0.30.0',
        discovery_type: 'active',
        latency: 42_500_000,
        last_seen: at(1),
        first_seen: at(1),
        identified_at: at(1),
        last_tried: at(1),
        last_outcome: 'ok',
        addresses: [{ multiaddr: '/ip4/192.0.2.1/tcp/4001', last_seen: at(1) }, { multiaddr: '/ip4/192.0.2.1/udp/4001/quic-v1', last_seen: at(1) }],
        networks: [{ network: 'ipfs', first_seen: at(1), last_seen: at(1) }]
      })
    })
  })
}
