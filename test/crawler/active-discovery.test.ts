import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { Crawl } from '../../core/contracts/crawl.ts'
import { ProbeError } from '../../core/errors.ts'
import { createLogger } from '../../core/process/logger.ts'
import { Progress } from '../../core/process/progress.ts'
import { Schedule } from '../../crawler/engine/schedule.ts'
import { Publisher } from '../../crawler/publish/publisher.ts'
import { INTERVAL_MS, start } from './started-discovery.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { AnsweredRequest } from '../../crawler/crawl-requests.ts'
import type { FakeClock } from '../support/fake-clock.ts'

const log = createLogger({ level: 'silent' })

const crawlsOf = (messages: readonly OutgoingMessage[]): Crawl[] => messages.filter(({ key }) => key === 'default/lab/main').map(({ value }) => Crawl.parse(JSON.parse(Buffer.from(value).toString())))

async function until (clock: FakeClock, holds: () => boolean, stepMs = 1): Promise<void> {
  for (let i = 0; !holds(); i++) {
    assert.ok(i < 10_000, 'it never holds')
    await clock.advance(stepMs)
  }
}

suite('ActiveDiscovery', () => {
  test('crawls on its interval, each crawl from the last one\'s population', async () => {
    const { clock, messages, reports, comparisons, visits, discovery, network, publisher } = start()
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(60_000)
    assert.equal(discovery.lastCrawl?.totals.contacted, network.peers.length)
    assert.ok(visits.some(({ source }) => source === 'routing-table') && !visits.some(({ source }) => source === 'known'))
    assert.equal(discovery.crawl, undefined)

    visits.length = 0
    await clock.advance(INTERVAL_MS)
    assert.equal(reports.length, 2)
    assert.deepEqual(comparisons, [{ change: undefined, overlap: undefined }, { change: { entered: 0, left: 0 }, overlap: undefined }])
    assert.equal(visits.filter(({ source }) => source === 'known').length, network.peers.length - 2)
    assert.deepEqual(crawlsOf(messages).map(({ state }) => state), ['started', 'finished', 'started', 'finished'])
    assert.equal(crawlsOf(messages)[2]!.crawlId - crawlsOf(messages)[0]!.crawlId, INTERVAL_MS / 1_000)

    stop.abort()
    await running
    await clock.runUntil(publisher[Symbol.asyncDispose]())
    assert.equal(clock.pending, 0)
  })

  test('shows that it is alive when crawls end before their first tick and are due at once', async () => {
    let progress: Progress | undefined
    const { clock, reports, discovery } = start(undefined, undefined, undefined, (clock) => {
      progress = new Progress({ clock })
      const schedule = new Schedule({ clock, random: () => 0.5 }, { intervalMs: 2_000 })

      return { schedule, bootstrap: async () => await Promise.resolve([]), beat: progress.watch('active discovery', 60_000) }
    })
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(90_000)
    assert.ok(reports.length > 30, String(reports.length))
    assert.deepEqual(progress?.overdue(), [])
    stop.abort()
    await assert.rejects(running, { name: 'AbortError' })
  })

  test('shows that it is alive while the end of a crawl waits for a bus that is away', async () => {
    let progress: Progress | undefined
    const { clock, reports, discovery, publisher } = start(undefined, undefined, undefined, (clock) => {
      progress = new Progress({ clock })
      const bus = { publish: async () => await Promise.reject(new ProbeError('PP_BUS_UNAVAILABLE', 'gone')) }

      return { publisher: Publisher.open({ clock, log, bus }, { topic: 'visits', flushTimeoutMs: 1_000 }), beat: progress.watch('active discovery', 60_000) }
    })
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(INTERVAL_MS)
    assert.deepEqual([reports.length, discovery.crawl === undefined, progress?.overdue()], [0, false, []])
    stop.abort()
    await assert.rejects(running, { name: 'AbortError' })
    await clock.runUntil(publisher[Symbol.asyncDispose]())
  })

  test('publishes the table of each visit, and their end before that of the crawl, also of an aborted one', async () => {
    const tables: unknown[] = []
    const ends: unknown[] = []
    const { clock, messages, reports, visits, discovery, publisher } = start(undefined, undefined, { begin: crawlId => ({
      accept: ({ id, result }, form) => tables.push([crawlId, id, result.routingTable, form]),
      end: async (state) => {
        ends.push([crawlId, state, crawlsOf(messages).filter(crawl => crawl.state !== 'started').length])
        await Promise.resolve()
      }
    }) })
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(60_000)
    assert.deepEqual(tables, visits.map(({ crawlId, id, result }) => [crawlId, id, result.routingTable, 'whole']))
    assert.deepEqual(ends, [[reports[0]!.crawlId, 'finished', 0]])

    await until(clock, () => discovery.crawl !== undefined, 100)
    stop.abort()
    await running
    await clock.runUntil(publisher[Symbol.asyncDispose]())
    assert.deepEqual(ends[1], [crawlsOf(messages)[2]!.crawlId, 'aborted', 1])
  })

  test('asks a third question where the crawls before need it, and records the coverage of each crawl', async () => {
    const noted: unknown[] = []
    const { clock, messages, reports, discovery, publisher } = start(undefined, {
      get isAsked () {
        return noted.length > 0
      },
      note: async (coverage) => {
        await Promise.resolve()
        noted.push(coverage)
      }
    })
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(60_000 + INTERVAL_MS)
    stop.abort()
    await running
    await clock.runUntil(publisher[Symbol.asyncDispose]())

    assert.deepEqual(crawlsOf(messages).map(({ thirdQuestion }) => thirdQuestion), [undefined, false, undefined, true])
    assert.deepEqual(noted, reports.map(({ coverage }) => coverage))
  })

  test('crawls on request, one crawl at a time, and once more for all requests during a crawl', async () => {
    let asked: string | undefined = 'before the process'
    let answered: AnsweredRequest | undefined
    const requests = {
      get answered () {
        return answered
      },
      waiting: async () => await Promise.resolve(asked === answered?.requestedAt ? undefined : asked),
      answer: async (crawlId: number) => {
        answered = asked === undefined || asked === answered?.requestedAt ? answered : { requestedAt: asked, crawlId }
        await Promise.resolve()
      }
    }
    const { clock, messages, reports, discovery, publisher } = start(requests)
    const stop = new AbortController()
    const running = discovery.run(stop.signal)
    await clock.advance(100_000)
    assert.equal(reports.length, 1)
    assert.equal(discovery.answeredRequest?.requestedAt, 'before the process')

    asked = 'between two crawls'
    await until(clock, () => discovery.crawl !== undefined)
    asked = 'during a crawl'
    await clock.advance(1)
    asked = 'during the same crawl'
    await clock.advance(200_000)
    assert.equal(reports.length, 3)
    assert.deepEqual(discovery.answeredRequest, { requestedAt: 'during the same crawl', crawlId: reports[2]?.crawlId })
    const starts = reports.map(({ startedAtMs }) => startedAtMs - reports[0]!.startedAtMs)
    assert.ok(starts[1]! >= 100_000 && starts[1]! <= 105_000, String(starts))
    assert.ok(starts[2]! - starts[1]! >= 60_000 && starts[2]! - starts[1]! <= 65_000, String(starts))
    assert.deepEqual(crawlsOf(messages).map(({ state }) => state), ['started', 'finished', 'started', 'finished', 'started', 'finished'])

    await clock.advance(INTERVAL_MS)
    assert.equal(reports.length, 4)
    stop.abort()
    await running
    await clock.runUntil(publisher[Symbol.asyncDispose]())
  })

  test('leaves no listener on the signal of the process, however long it waits', async () => {
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

  test('sends started before the first visit and finished after the last', async () => {
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

  test('reports a stopped crawl as aborted, and flushes it', async () => {
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
