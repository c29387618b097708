// What every adapter knows of when its rows were written; a part of the NodeStore conformance suite.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_ID, crawlOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { NO_NODE_PLACE } from './node-store-fixture.ts'
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
        ...NO_NODE_PLACE,
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

    test('knows which crawls got visits since a time, and when the first of these started', async () => {
      await using fixture = await open()
      const { store, clock } = fixture
      const other = 'default/probe/other'
      await store.write(batch(visitOf({ startedAt: at(1) }), visitOf({ nodeId: PEERS[1], startedAt: at(600) })))
      await clock.advance(60_000)
      const sinceMs = clock.now()
      const later = visitOf({ nodeId: PEERS[2], startedAt: at(700), discoveryType: 'passive', source: 'inbound' })
      await store.write(batch(later, visitOf({ crawlId: CRAWL_ID + 1_800, startedAt: at(1_900) })))
      // A late one of a crawl that is there already, and one of another scan with the same number.
      await store.write(batch(visitOf({ nodeId: PEERS[1], attempt: 2, startedAt: at(650) }), visitOf({ scan: other, startedAt: at(5) })))
      await using snapshot = await store.snapshot()
      await store.write(batch(visitOf({ crawlId: CRAWL_ID + 7_200, startedAt: at(7_201) })))
      const minute = (seconds: number): number => Math.floor(Date.parse(at(seconds)) / 60_000) * 60_000
      const expected = [
        { scan: 'default/probe/main', crawlId: CRAWL_ID, startedSinceMs: minute(650) },
        { scan: other, crawlId: CRAWL_ID, startedSinceMs: minute(5) },
        { scan: 'default/probe/main', crawlId: CRAWL_ID + 1_800, startedSinceMs: minute(1_900) }
      ]

      assert.deepEqual(await snapshot.visitChanges({ sinceMs, limit: 10 }), expected)
      assert.deepEqual(await snapshot.visitChanges({ sinceMs, limit: 1, after: expected[0] }), expected.slice(1, 2))
      assert.deepEqual(await snapshot.visitChanges({ sinceMs, limit: 10, after: expected[1] }), expected.slice(2))
      assert.deepEqual(await snapshot.visitChanges({ sinceMs: clock.now() + 60_000, limit: 10 }), [])
      assert.equal((await snapshot.visitChanges({ sinceMs: -1, limit: 1 }))[0]?.startedSinceMs, minute(1))
    })

    test('finds the visits of a crawl by its number, however long after its beginning they claim to have started', async () => {
      await using fixture = await open()
      const startedAt = at(90 * 86_400)
      await fixture.store.write(batch(visitOf({ startedAt })))
      await using snapshot = await fixture.store.snapshot()
      const { records } = await snapshot.records({ kind: 'visits', filter: { scan: 'default/probe/main', crawlId: CRAWL_ID, sinceMs: Date.parse(startedAt) }, limit: 10 })

      assert.deepEqual(records.map(record => record['started_at']), [startedAt])
    })

    test('knows which crawls were written since a time: also one that a later crawl of its scan ended', async () => {
      await using fixture = await open()
      const { store, clock } = fixture
      await store.write({ visits: [], crawls: [crawlOf({ state: 'started' }), crawlOf({ scan: 'default/probe/other' })] })
      await clock.advance(60_000)
      const sinceMs = clock.now()
      const changed = async (): Promise<unknown[]> => {
        await using snapshot = await store.snapshot()
        const { records } = await snapshot.records({ kind: 'crawls', changedSinceMs: sinceMs, limit: 10 })

        return records.map(({ scan, crawl_id: crawlId, state }) => [scan, crawlId, state])
      }
      assert.deepEqual(await changed(), [])
      await store.write({ visits: [], crawls: [crawlOf({ crawlId: CRAWL_ID + 600, state: 'started' }), crawlOf({ scan: 'default/probe/other', state: 'started' })] })

      assert.deepEqual(await changed(), [['default/probe/main', CRAWL_ID, 'aborted'], ['default/probe/main', CRAWL_ID + 600, 'started']])
    })

    test('forgets changes that are older than what is kept, in steps', async () => {
      await using fixture = await open()
      const { store, clock } = fixture
      await store.write(batch(visitOf()))
      await clock.advance(120_000)
      const keptSinceMs = clock.now()
      await store.write(batch(visitOf({ crawlId: CRAWL_ID + 600 })))

      for (let step = await store.purge(keptSinceMs, { table: 'visit_change', after: [] }); step.next?.table === 'visit_change';) {
        step = await store.purge(keptSinceMs, step.next)
      }
      await using snapshot = await store.snapshot()

      assert.deepEqual((await snapshot.visitChanges({ sinceMs: 0, limit: 10 })).map(({ crawlId }) => crawlId), [CRAWL_ID + 600])
    })
  })
}
