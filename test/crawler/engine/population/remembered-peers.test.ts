// Gone peers over many crawls: the population of each crawl starts the next one, as in a crawler.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FakeClock } from '../../../support/fake-clock.ts'
import { addressOf, peerIdOf } from '../../../support/network/simulated-network.ts'
import { refused, start } from '../started-crawl.ts'
import type { CrawlOptions, CrawlReport } from '../../../../crawler/engine/crawl-report.ts'
import type { KnownPeer } from '../../../../crawler/engine/frontier/known-peer.ts'
import type { CompletedVisit } from '../../../../crawler/engine/population/visit-sink.ts'
import type { PeerRecord } from '../../../../crawler/peer/peer-record.ts'
import type { VisitResult } from '../../../../crawler/visit/visitor.ts'

const INTERVAL_MS = 600_000
const CONFIRM = { confirmAfterMs: [20_000, 60_000] }
const boot: PeerRecord = { id: peerIdOf('boot'), addresses: [addressOf(1)] }
const other: PeerRecord = { id: peerIdOf('other'), addresses: [addressOf(2)] }

const isOne = (id: Uint8Array, peer: PeerRecord): boolean => Buffer.compare(id, peer.id) === 0

interface Crawled { report: CrawlReport, visits: CompletedVisit[] }

interface Course {
  /** Crawls in which `other` is up. */
  isUp: (crawl: number) => boolean

  /** Crawls in which the bootstrap peer, which is always up, announces `other`. */
  announces: (crawl: number) => boolean

  options?: Partial<CrawlOptions>
}

async function crawls (count: number, { isUp, announces, options = CONFIRM }: Course): Promise<Crawled[]> {
  const clock = new FakeClock()
  const all: Crawled[] = []
  let known: KnownPeer[] = []

  for (let crawl = 0; crawl < count; crawl++) {
    const sinceMs = clock.monotonic()
    const { report, visits } = start({ clock, bootstrap: [boot], seeds: { known }, options, visit: async ({ id, addresses: [address = addressOf(0)] }) => {
      await Promise.resolve()
      const result: VisitResult = { ...refused, startedAtMs: clock.now(), outcome: 'timeout' }
      const routingTable = { queries: 2, failed: 0, peers: isOne(id, boot) && announces(crawl) ? [other] : [] }

      return isOne(id, other) && !isUp(crawl)
        ? result
        : { ...result, outcome: 'ok', connection: { address, transport: 'tcp', limited: false }, routingTable }
    } })
    all.push({ report: await clock.runUntil(report), visits })
    known = all.at(-1)!.report.population
    await clock.advance(INTERVAL_MS - (clock.monotonic() - sinceMs))
  }

  return all
}

const triedIn = (all: Crawled[]): number[] => all.flatMap(({ visits }, crawl) => visits.some(({ id }) => isOne(id, other)) ? [crawl] : [])

suite('a peer that is gone', () => {
  test('is visited by each crawl of the hour after its last contact, then by every sixth up to a day, then no more', async () => {
    const tried = triedIn(await crawls(160, { isUp: crawl => crawl === 0, announces: crawl => crawl === 0 }))
    const later = tried.filter(crawl => crawl > 6)
    const gaps = later.slice(1).map((crawl, i) => crawl - later[i]!)

    assert.deepEqual(tried.slice(0, 6), [0, 1, 2, 3, 4, 5])
    assert.ok(later[0]! <= 11, String(later[0]))
    assert.deepEqual(new Set(gaps), new Set([6]))
    assert.ok(tried.at(-1)! > 144 - 6 && tried.at(-1)! <= 144, String(tried.at(-1)))
  })

  test('is confirmed in the first crawl that misses it, and in no later one', async () => {
    const all = await crawls(4, { isUp: crawl => crawl === 0, announces: () => true })

    assert.deepEqual(all.map(({ report }) => report.confirmations), [0, 2, 0, 0])
  })

  test('counts in the crawl that misses it first, and later only where somebody announces it', async () => {
    const all = await crawls(5, { isUp: crawl => crawl === 0, announces: crawl => crawl === 0 || crawl === 3 })
    const counts = all.map(({ report: { totals, gonePeers } }) => [totals.discovered, totals.visited, totals.outcomes.timeout ?? 0, gonePeers])

    assert.deepEqual(counts, [[2, 2, 0, 0], [2, 2, 1, 0], [1, 1, 0, 1], [2, 2, 1, 0], [1, 1, 0, 1]])
    assert.ok(all.every(({ report: { totals } }) => totals.visited === Object.values(totals.outcomes).reduce((sum, n) => sum + n, 0)))
  })

  test('that comes back is contacted and counted as any other', async () => {
    const all = await crawls(5, { isUp: crawl => crawl === 0 || crawl === 3, announces: crawl => crawl === 0 })

    assert.deepEqual(all.map(({ report: { totals } }) => totals.contacted), [2, 1, 1, 2, 1])
    assert.equal(all[4]!.report.confirmations, 2)
  })

  test('keeps its time when a crawl finds it again by an announcement while it waits for its turn', async () => {
    const tried = triedIn(await crawls(160, { isUp: crawl => crawl === 0, announces: crawl => crawl === 0 || crawl === 20 }))

    assert.ok(tried.includes(20) && tried.includes(26) && tried.at(-1)! <= 144, tried.join())
  })

  test('is visited by three more crawls where nothing is confirmed, as any peer that fails, and always counts', async () => {
    const all = await crawls(9, { isUp: crawl => crawl === 0, announces: crawl => crawl === 0, options: {} })

    assert.deepEqual(triedIn(all), [0, 1, 2, 3, 4])
    assert.deepEqual(all.map(({ report: { confirmations, gonePeers } }) => confirmations + gonePeers), Array.from({ length: 9 }, () => 0))
    assert.deepEqual(all.slice(0, 4).map(({ report }) => report.totals.discovered), [2, 2, 2, 2])
  })
})
