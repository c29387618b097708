import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { Crawl } from '../../core/contracts/crawl.ts'
import { createLogger } from '../../core/process/logger.ts'
import { StandstillWatch } from '../../core/time/standstill.ts'
import { ActiveDiscovery } from '../../crawler/active-discovery.ts'
import { Schedule } from '../../crawler/engine/schedule.ts'
import { Publisher } from '../../crawler/publish/publisher.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { SimulatedVisitor } from '../support/network/simulated-network-visitor.ts'
import { isDialable, SimulatedNetwork } from '../support/network/simulated-network.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { CrawlReport } from '../../crawler/engine/crawl-report.ts'
import type { CompletedVisit } from '../../crawler/engine/population/visit-sink.ts'

const log = createLogger({ level: 'silent' })
const INTERVAL_MS = 600_000

interface Started {
  clock: FakeClock
  messages: OutgoingMessage[]
  reports: CrawlReport[]
  visits: CompletedVisit[]
  discovery: ActiveDiscovery
  network: SimulatedNetwork
  publisher: Publisher
}

function start (): Started {
  const clock = new FakeClock()
  const network = new SimulatedNetwork({ peers: 60 })
  const messages: OutgoingMessage[] = []
  const reports: CrawlReport[] = []
  const visits: CompletedVisit[] = []
  const publisher = Publisher.open({ clock, log, bus: { publish: async (_, batch) => {
    messages.push(...batch)
  } } }, { topic: 'visits', flushTimeoutMs: 1_000 })
  const discovery = new ActiveDiscovery({
    clock,
    log,
    publisher,
    isDialable,
    standstill: new StandstillWatch({ clock, sinceBootMs: () => clock.monotonic() }),
    schedule: new Schedule({ clock, random: () => 0.5 }, { intervalMs: INTERVAL_MS }),
    visitor: new SimulatedVisitor(network, clock),
    beat: { beat: () => undefined, [Symbol.dispose]: () => undefined },
    bootstrap: async () => network.peers.slice(0, 2),
    onVisit: visit => visits.push(visit),
    onCrawl: report => reports.push(report)
  }, { strategy: 'Topology', concurrency: 10, maxPeers: 1_000, maxDurationMs: 3_600_000, visitTimeoutMs: 15_000 }, { scan: 'default/lab/main', network: 'lab' })

  return { clock, messages, reports, visits, discovery, network, publisher }
}

const crawlsOf = (messages: readonly OutgoingMessage[]): Crawl[] => messages.filter(({ key }) => key === 'default/lab/main').map(({ value }) => Crawl.parse(JSON.parse(Buffer.from(value).toString())))

suite('ActiveDiscovery', () => {
  test('crawls on its interval, each crawl from what the one before left behind', async () => {
    const { clock, messages, reports, visits, discovery, network, publisher } = start()
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(60_000)
    assert.equal(discovery.lastCrawl?.totals.contacted, network.peers.length)
    assert.ok(visits.some(({ source }) => source === 'routing-table') && !visits.some(({ source }) => source === 'known'))
    assert.equal(discovery.crawl, undefined)

    visits.length = 0
    await clock.advance(INTERVAL_MS)
    assert.equal(reports.length, 2)
    assert.equal(visits.filter(({ source }) => source === 'known').length, network.peers.length - 2)
    assert.deepEqual(crawlsOf(messages).map(({ state }) => state), ['started', 'finished', 'started', 'finished'])
    assert.equal(crawlsOf(messages)[2]!.crawlId - crawlsOf(messages)[0]!.crawlId, INTERVAL_MS / 1_000)

    stop.abort()
    await running
    await clock.runUntil(publisher[Symbol.asyncDispose]())
    assert.equal(clock.pending, 0)
  })

  test('leaves no listener behind on the signal of the process, however long it waits', async () => {
    const { clock, discovery, publisher } = start()
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    const counts: number[] = []

    for (let i = 0; i < 20; i++) {
      await clock.advance(60_000)
      counts.push(getEventListeners(stop.signal, 'abort').length)
    }

    assert.ok(Math.max(...counts) <= 2, String(counts))
    stop.abort()
    await running
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
    await clock.runUntil(publisher[Symbol.asyncDispose]())
  })

  test('says started before the first visit and finished after the last', async () => {
    const { clock, messages, discovery } = start()
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(60_000)
    stop.abort()
    await running

    const kinds = messages.map(({ headers }) => headers['ce_type'])
    assert.equal(kinds[0], 'dev.peerprobe.crawl.v1')
    assert.equal(kinds.at(-1), 'dev.peerprobe.crawl.v1')
    assert.equal(kinds.slice(1, -1).filter(kind => kind === 'dev.peerprobe.visit.v1').length, messages.length - 2)
  })

  test('ends a crawl that is stopped as aborted, and flushes it', async () => {
    const { clock, messages, discovery, publisher } = start()
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(1)
    assert.ok(discovery.crawl !== undefined)
    stop.abort()
    await clock.runUntil(running)
    await clock.runUntil(publisher[Symbol.asyncDispose]())

    assert.deepEqual(crawlsOf(messages).map(({ state }) => state), ['started', 'aborted'])
    assert.equal(clock.pending, 0)
  })
})
