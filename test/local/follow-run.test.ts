import assert from 'node:assert/strict'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { isProbeError, ProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { followRun } from '../../local/follow-run.ts'
import { ProgressView } from '../../local/progress-view.ts'
import { FakeClock } from '../support/fake-clock.ts'
import type { CrawlerStatus } from '../../core/contracts/status.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { CrawlFindings } from '../../local/follow-run.ts'
import type { Processes } from '../../local/processes.ts'

type LastCrawl = NonNullable<CrawlerStatus['lastCrawl']>

const idle: CrawlerStatus = { scan: 'default/amino/main', network: 'ipfs', crawl: null, lastCrawl: null, nextCrawlAt: null, crawlNow: null, disk: null, passive: null, publisher: { buffered: 0, acknowledged: 0, lost: 0, outage: null } }
const ended = (crawlId: number, problem: LastCrawl['problem'] = null): CrawlerStatus => ({
  ...idle,
  lastCrawl: {
    crawlId,
    state: 'finished',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.000Z',
    durationSeconds: 1,
    disturbed: false,
    lostMs: 0,
    confirmations: 0,
    confirmationsLeftOut: 0,
    gonePeers: 0,
    problem,
    totals: { discovered: 1, visited: 1, contacted: 1, dhtServers: 1, unpublished: 0, refusedPeers: 0, outcomes: {} }
  }
})

/** Processes that answer from a list and then repeat the last answer. */
function scripted (answers: (CrawlerStatus | undefined)[], failed = new Promise<void>(() => undefined)): Processes {
  const child = { status: async () => ({ status: answers.length > 1 ? answers.shift() : answers[0], ageMs: 0 }) }

  return { crawlers: [{ scanId: 'default/amino/main', scan: 'main', child }], consumers: [], failed: () => failed } as unknown as Processes
}

interface Followed { told: number[], said: CrawlFindings[], done: Promise<void>, stop: AbortController }

interface Way { once?: boolean, stored?: boolean[], forMs?: number, clock?: Clock }

function follow (processes: Processes, { once: onlyOnce = true, stored = [true], forMs, clock = systemClock }: Way = {}): Followed {
  const told: number[] = []
  const said: CrawlFindings[] = []
  const stop = new AbortController()
  const view = new ProgressView({ write: () => undefined, isTerminal: false, columns: 80 })
  const isStored = async (): Promise<boolean> => stored.length > 1 ? stored.shift()! : stored[0]!
  const done = followRun({ clock, processes, view, isStored, onCrawl: async (_, crawlId, findings) => {
    told.push(crawlId)
    said.push(findings)
  } }, { once: onlyOnce, forMs, pollMs: forMs === undefined ? 0 : 1_000, restPollMs: forMs === undefined ? 0 : 1_000 }, stop.signal)

  return { told, said, done, stop }
}

suite('followRun', () => {
  test('ends after one crawl, when everything is stored and not before', async () => {
    const stored = [false, false, true]
    const { told, done } = follow(scripted([undefined, idle, ended(5)]), { stored })
    await done

    assert.deepEqual(told, [5])
    assert.equal(stored.length, 1)
  })

  test('ends with the crawler\'s error when the first crawl contacted no peer', async () => {
    const { done } = follow(scripted([ended(5, { code: 'PP_NO_BOOTSTRAP', message: 'no bootstrap peer' })]), { once: false })
    await assert.rejects(done, err => isProbeError(err, 'PP_NO_BOOTSTRAP'))
  })

  test('reports a crawl whose peers serve another protocol, with the crawler\'s remark', async () => {
    const problem = { code: 'PP_NO_DHT_SERVER', message: 'they list /lab/kad' }
    const { said, told, done } = follow(scripted([ended(5, problem)]))
    await done

    assert.deepEqual([told, said], [[5], [{ problem, warning: undefined }]])
  })

  test('continues when a later crawl contacts no peer, and reports each crawl once', async () => {
    const { told, done, stop } = follow(scripted([ended(5), ended(5), ended(6, { code: 'PP_NO_BOOTSTRAP', message: 'no bootstrap peer' })]), { once: false })
    while (told.length < 2) {
      await new Promise(resolve => setImmediate(resolve))
    }
    stop.abort()
    await done

    assert.deepEqual(told, [5, 6])
  })

  test('ends when its time is over', async () => {
    const clock = new FakeClock()
    let isOver = false
    const { told, done } = follow(scripted([idle, ended(5)]), { once: false, forMs: 2_500, clock })
    void done.then(() => {
      isOver = true
    })
    await clock.advance(2_499)
    assert.deepEqual([told, isOver], [[5], false])
    await clock.advance(1)
    await done

    assert.equal(clock.pending, 0)
  })

  test('polls less often between two crawls than during one', async () => {
    const clock = new FakeClock()
    const crawling = { ...idle, crawl: { crawlId: 6, startedAt: '2026-01-01T00:00:00.000Z', found: 1, queued: 0, inFlight: 1, done: 0, unconfirmed: 0, confirmations: 0, contacted: 0, outcomes: {}, elapsedMs: 0, lostMs: 0, perSecond: 0 } }
    const looks: [string, number][] = []
    let status: CrawlerStatus = ended(5)
    const child = { status: async () => {
      looks.push([status.crawl === null ? 'rest' : 'crawl', clock.monotonic()])
      return { status, ageMs: 0 }
    } }
    const processes = { crawlers: [{ scanId: 'a/b/c', scan: 'c', child }], consumers: [], failed: () => new Promise(() => undefined) } as unknown as Processes
    const view = new ProgressView({ write: () => undefined, isTerminal: false, columns: 80 })
    const deps = { clock, processes, view, isStored: async () => true, onCrawl: async () => undefined }
    const done = followRun(deps, { once: false, forMs: 20_000 }, new AbortController().signal)
    await clock.advance(10_000)
    status = crawling
    await clock.advance(10_000)
    await done
    const times = (phase: string): number => looks.filter(([now]) => now === phase).length

    assert.ok(times('rest') <= 6 && times('crawl') >= 40, JSON.stringify([times('rest'), times('crawl')]))
  })

  test('ends without a failure when it is stopped during a request', async () => {
    const asked = Promise.withResolvers<undefined>()
    const stop = new AbortController()
    const child = { status: async (signal: AbortSignal) => {
      asked.resolve(undefined)
      await once(signal, 'abort')
      signal.throwIfAborted()
    } }
    const processes = { crawlers: [{ scanId: 'a/b/c', scan: 'c', child }], consumers: [], failed: () => new Promise(() => undefined) } as unknown as Processes
    const view = new ProgressView({ write: () => undefined, isTerminal: false, columns: 80 })
    const deps = { clock: systemClock, processes, view, isStored: async () => true, onCrawl: async () => undefined }
    const done = followRun(deps, { once: false, forMs: undefined }, stop.signal)
    await asked.promise
    stop.abort()
    await done
  })

  test('fails when a process cannot be kept running', async () => {
    const { done } = follow(scripted([idle], Promise.reject(new ProbeError('PP_CHILD_FAILED', 'refuses its configuration'))))
    await assert.rejects(done, err => isProbeError(err, 'PP_CHILD_FAILED'))
  })
})
