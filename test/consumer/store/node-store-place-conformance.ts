// Where peers are: a part of the NodeStore conformance suite.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_ID, crawlOf, distributionsOf, failedVisitOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { contentsOf, NO_PLACE } from './node-store-fixture.ts'
import type { RecordFilter } from '../../../consumer/records/record-filter.ts'
import type { NodeStore, PurgeStep } from '../../../consumer/store/model/node-store.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { OpenStore, Row, StoreFixture } from './node-store-fixture.ts'

const at = (seconds: number): string => new Date(CRAWL_ID * 1_000 + seconds * 1_000).toISOString()
const stored = (seconds: number): string => at(seconds).replace('T', ' ').replace('Z', '')
const HETZNER = { country: 'DE', asn: 24940, organisation: 'Hetzner Online GmbH', cloud: 'Hetzner', source: 'GeoLite2-ASN 2026-11-28, GeoLite2-Country 2026-11-28' }
const AMAZON = { country: 'US', asn: 16509, organisation: 'Amazon.com, Inc.', cloud: 'AWS', source: 'ipinfo_lite 2026-11-30' }
const placed = (place: Visit['place'], second: number, more: Partial<Visit> = {}): Visit => visitOf({ crawlId: CRAWL_ID + second, startedAt: at(second), place, ...more })

/** Part of the suite: places of visits, peers and crawls. */
export function nodeStorePlaceConformance (adapter: string, open: OpenStore): void {
  suite(`NodeStore conformance, places: ${adapter}`, () => {
    test('keeps the place of a visit and the last place of its peer', async () => {
      await using fixture = await open()
      const { source, ...place } = HETZNER

      assert.deepEqual(await after(fixture, [placed(HETZNER, 1)]), {
        node: { node_id: PEERS[0], ...place, placed_at: stored(1) },
        visits: [{ ...place, place_source: source }]
      })
    })

    test('has null for what the files do not have or do not know', async () => {
      await using fixture = await open()
      const { node, visits } = await after(fixture, [placed({ country: 'unknown', source: '' }, 1)])

      assert.deepEqual(visits, [{ ...NO_PLACE, country: 'unknown', place_source: '' }])
      assert.deepEqual(node, { node_id: PEERS[0], country: 'unknown', asn: null, organisation: null, cloud: null, placed_at: stored(1) })
    })

    test('keeps the place of a peer that moves, is met by a relay, and fails, whatever the order of the messages', async () => {
      const messages = [
        placed(HETZNER, 1),
        placed(AMAZON, 2),
        placed(undefined, 3, { connection: { address: '/ip4/192.0.2.9/tcp/1/p2p/QmRelay/p2p-circuit', transport: 'relay', limited: true } }),
        failedVisitOf({ crawlId: CRAWL_ID + 4, startedAt: at(4), place: HETZNER })
      ]
      await using one = await open()
      await using other = await open()
      const { node, visits } = await after(one, messages)

      assert.deepEqual(node, { node_id: PEERS[0], country: 'US', asn: 16509, organisation: 'Amazon.com, Inc.', cloud: 'AWS', placed_at: stored(2) })
      assert.deepEqual(visits.map(({ asn }) => asn), [24940, 16509, null, null])
      assert.deepEqual(await after(other, messages.toReversed()), { node, visits })
    })

    test('has one place for each combination, however many visits there are', async () => {
      await using fixture = await open()
      await fixture.store.write({ visits: [1, 2, 3].flatMap(second => [placed(HETZNER, second), placed(AMAZON, second, { nodeId: PEERS[1] })]), crawls: [] })

      assert.deepEqual((await fixture.query('SELECT count(*) AS places FROM place')).map(({ places }) => places), [2])
    })

    test('keeps the places that a crawl counted', async () => {
      await using fixture = await open()
      const counts = { top: [{ value: 'DE', count: 3 }, { value: 'unknown', count: 2 }], other: 1 }
      const systems = { top: [{ value: 'AS24940', count: 5 }], other: 0 }
      const crawl = crawlOf({ distributions: { ...distributionsOf([], 0), countries: counts, systems, clouds: { top: [], other: 0 } } })
      await fixture.store.write({ visits: [], crawls: [crawl] })
      const [read] = await fixture.store.crawls(crawl.scan, 1)
      const rows = await fixture.query('SELECT dimension, value, count FROM crawl_aggregate WHERE dimension IN (\'country\', \'as_number\') AND is_other = 0 ORDER BY value')

      assert.deepEqual(read?.distributions, crawl.distributions)
      assert.deepEqual(rows.map(row => ({ ...row })), [{ dimension: 'as_number', value: 'AS24940', count: 5 }, { dimension: 'country', value: 'DE', count: 3 }, { dimension: 'country', value: 'unknown', count: 2 }])
    })

    test('finds peers and visits by country, autonomous system and cloud', async () => {
      await using fixture = await open()
      const visits = [placed(HETZNER, 1), placed(AMAZON, 2, { nodeId: PEERS[1] }), placed(undefined, 3, { nodeId: PEERS[2] })]
      await fixture.store.write({ visits, crawls: [] })
      const found = async (filter: RecordFilter): Promise<unknown[]> => {
        await using snapshot = await fixture.store.snapshot()
        const pages = await Promise.all((['nodes', 'visits'] as const).map(async kind => await snapshot.records({ kind, filter, limit: 10 })))

        return pages.map(({ records }) => records.map(({ node_id: id }) => id).sort())
      }

      assert.deepEqual(await found({ country: 'DE' }), [[PEERS[0]], [PEERS[0]]])
      assert.deepEqual(await found({ asn: 16509 }), [[PEERS[1]], [PEERS[1]]])
      assert.deepEqual(await found({ cloud: 'AWS', country: 'US' }), [[PEERS[1]], [PEERS[1]]])
      assert.deepEqual(await found({ cloud: 'AWS', country: 'DE' }), [[], []])
      assert.deepEqual(await found({}), [[...PEERS], [...PEERS]])
    })

    test('removes places that no visit uses any more', async () => {
      await using fixture = await open()
      const later = { crawlId: CRAWL_ID + 20 * 86_400, startedAt: at(20 * 86_400) }
      await fixture.store.write({ visits: [placed(HETZNER, 1), placed(AMAZON, 2), visitOf({ ...later, place: AMAZON })], crawls: [] })
      await purgeAll(fixture.store)

      assert.deepEqual((await fixture.query('SELECT asn FROM place')).map(({ asn }) => asn), [16509])
    })
  })
}

async function after (fixture: StoreFixture, visits: readonly Visit[]): Promise<{ node: Row | undefined, visits: Row[] }> {
  for (const visit of visits) {
    await fixture.store.write({ visits: [visit], crawls: [] })
  }

  const { node_place: [node], visit } = await contentsOf(fixture)

  return { node, visits: visit.map(({ country, asn, organisation, cloud, place_source }) => ({ country, asn, organisation, cloud, place_source })) }
}

async function purgeAll (store: NodeStore, cursor?: PurgeStep['next']): Promise<void> {
  const { next } = await store.purge((CRAWL_ID + 10 * 86_400) * 1_000, cursor)

  if (next !== undefined) {
    await purgeAll(store, next)
  }
}
