// What every adapter of the NodeStore port must remove, and what it must keep.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_ID, crawlOf, failedVisitOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { contentsOf } from './node-store-fixture.ts'
import type { NodeStore, PurgeStep } from '../../../consumer/store/model/node-store.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { OpenStore } from './node-store-fixture.ts'

const DAY_S = 86_400
const day = (n: number): { crawlId: number, startedAt: string } => {
  const crawlId = CRAWL_ID + n * DAY_S

  return { crawlId, startedAt: new Date(crawlId * 1_000 + 1_000).toISOString() }
}
const beforeMs = (CRAWL_ID + 10 * DAY_S) * 1_000
const identify = (agentVersion: string, listenAddresses: string[]): NonNullable<Visit['identify']> => ({ agentVersion, protocols: [], listenAddresses })

async function purgeAll (store: NodeStore, cursor?: PurgeStep['next']): Promise<PurgeStep[]> {
  const step = await store.purge(beforeMs, cursor)

  return step.next === undefined ? [step] : [step, ...await purgeAll(store, step.next)]
}

/** Part of the suite: removal by age. */
export function nodeStorePurgeConformance (adapter: string, open: OpenStore): void {
  suite(`NodeStore conformance, removal: ${adapter}`, () => {
    test('removes what is older in every table and keeps what is younger', async () => {
      await using fixture = await open()
      await using expected = await open()
      const young = [
        visitOf({ nodeId: PEERS[1], ...day(20), identify: identify('new', ['/ip4/192.0.2.2/tcp/1']) }),
        failedVisitOf({ nodeId: PEERS[2], ...day(20) })
      ]
      await fixture.store.write({
        visits: [
          visitOf({ nodeId: PEERS[0], ...day(1), network: 'old-network' }),
          visitOf({ nodeId: PEERS[1], ...day(1), identify: identify('old', ['/ip4/192.0.2.9/tcp/1']), network: 'old-network' }),
          ...young
        ],
        crawls: [crawlOf({ crawlId: day(1).crawlId }), crawlOf({ crawlId: day(20).crawlId })]
      })
      await purgeAll(fixture.store)
      await expected.store.write({ visits: young, crawls: [crawlOf({ crawlId: day(20).crawlId })] })
      const { node_info: nodes, ...rest } = await contentsOf(fixture)
      const { node_info: nodesExpected, ...restExpected } = await contentsOf(expected)

      assert.deepEqual(rest, restExpected)
      // A peer that is still there was first seen when it was first seen.
      assert.deepEqual(nodes, nodesExpected.map(node => ({ ...node, first_seen: day(1).startedAt.replace('T', ' ').replace('Z', '') })))
      assert.deepEqual((await fixture.query('SELECT agent_version FROM agent')).map(Object.values), [['new']])
      assert.deepEqual((await fixture.query('SELECT count(*) FROM peer')).map(Object.values), [[2]])
    })

    test('goes in steps, each of a bounded number of rows', async () => {
      await using fixture = await open()
      const many = Array.from({ length: 450 }, (_, i) => visitOf({ nodeId: `QmPeerNumber${String(i).replaceAll('0', 'z')}`, ...day(1) }))
      await fixture.store.write({ visits: many, crawls: [] })
      const steps = await purgeAll(fixture.store)

      assert.deepEqual(steps.filter(({ table }) => table === 'node_info').map(({ removed }) => removed), [200, 200, 50])
      assert.equal((await fixture.store.summary()).nodes, 0)
    })

    test('lets a writer that remembers removed texts go on', async () => {
      await using fixture = await open()
      await using other = await fixture.another()
      await fixture.store.write({ visits: [visitOf(day(1))], crawls: [] })
      await purgeAll(other)
      // A late message of the old crawl: its texts were in use on that day already.
      await fixture.store.write({ visits: [visitOf(day(1))], crawls: [] })

      assert.equal((await contentsOf(fixture)).visit.length, 1)
    })

    test('lets addresses come back that were coalesced away and then removed', async () => {
      await using fixture = await open({ coalesceWindowMs: 1e12 })
      await fixture.store.write({ visits: [visitOf(day(1))], crawls: [] })
      await purgeAll(fixture.store)
      await fixture.store.write({ visits: [visitOf(day(20))], crawls: [] })

      assert.equal((await contentsOf(fixture)).address_info.length, 2)
    })
  })
}
