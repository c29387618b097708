import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { deriveOnce, runSessions } from '../../../../consumer/jobs/sessions/run-sessions.ts'
import { SqliteStore } from '../../../../consumer/store/sqlite/sqlite-store.ts'
import { SessionsConfig } from '../../../../core/contracts/job-config.ts'
import { ProbeError } from '../../../../core/errors.ts'
import { systemClock } from '../../../../core/time/clock.ts'
import { isAbort } from '../../../../core/time/signals.ts'
import { crawlOf, failedVisitOf, visitOf } from '../../../support/consumer/messages.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import type { NodeStore } from '../../../../consumer/store/model/node-store.ts'

const HOUR_MS = 3_600_000

/** A recent crawl: the job's clock is the system's. */
const crawl = (n: number): { crawlId: number, startedAt: string } => {
  const crawlId = Math.floor(Date.now() / HOUR_MS) * 3_600 - 36_000 + n * 600

  return { crawlId, startedAt: new Date(crawlId * 1_000 + 1_000).toISOString() }
}

suite('the job of sessions', () => {
  test('derives them once, and says what it did', async () => {
    using folder = new TempFolder()
    const path = folder.file('x.sqlite')
    await using store = await SqliteStore.open({ clock: systemClock }, { path, coalesceWindowMs: 0 })
    await store.migrate()
    const crawls = [0, 1, 2].map(n => crawlOf({ crawlId: crawl(n).crawlId, disturbed: false, confirmationsLeftOut: 0 }))
    await store.write({ visits: [visitOf(crawl(0)), visitOf(crawl(1)), failedVisitOf(crawl(2))], crawls })
    const lines: Record<string, unknown>[] = []
    const log = pino({ level: 'info', base: null, timestamp: false }, { write: (line: string) => lines.push(JSON.parse(line) as typeof lines[number]) })
    const config = SessionsConfig.parse({ store: { sqlite: { path } }, keepMs: 24 * HOUR_MS })
    await deriveOnce({ config, log, clock: systemClock }, new AbortController().signal)
    const { sessions } = await store.sessions(undefined, 10)

    assert.deepEqual(lines, [{ level: 30, peers: 1, visits: 3, written: 1, removed: 0, expired: 0, msg: 'sessions derived' }])
    assert.deepEqual(sessions.map(({ probes, firstFailMs, endOutcome }) => [probes, firstFailMs, endOutcome]), [[2, Date.parse(crawl(2).startedAt), 'timeout']])
  })
})

suite('sessions inside a consumer', () => {
  async function attempts (failure: Error, count: number): Promise<{ atMs: number[], ended: unknown }> {
    const clock = new FakeClock()
    const stop = new AbortController()
    const atMs: number[] = []
    const deriveSessions: NodeStore['deriveSessions'] = async () => {
      atMs.push(clock.monotonic())
      if (atMs.length === count) {
        stop.abort()
      }
      return await Promise.reject(failure)
    }
    const running = runSessions({ store: { deriveSessions }, clock, log: pino({ level: 'silent' }) }, { keepMs: 1, intervalMs: HOUR_MS }, stop.signal)
    const ended: unknown = await clock.runUntil(running.catch((err: unknown) => err))

    return { atMs, ended }
  }

  test('are derived after a minute and then at the interval, whatever another process or the database do meanwhile', async () => {
    const { atMs, ended } = await attempts(new ProbeError('PP_STORE_CONFLICT', 'busy'), 3)

    assert.deepEqual(atMs, [60_000, 60_000 + HOUR_MS, 60_000 + 2 * HOUR_MS])
    assert.ok(isAbort(ended))
  })

  test('end with a failure that no later attempt can fix', async () => {
    const failure = new ProbeError('PP_STORE_SCHEMA', 'no such table')

    assert.deepEqual(await attempts(failure, 9), { atMs: [60_000], ended: failure })
  })
})
