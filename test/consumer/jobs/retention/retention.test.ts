import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { removeOlderThan, runRetention } from '../../../../consumer/jobs/retention/retention.ts'
import { ProbeError } from '../../../../core/errors.ts'
import { isAbort } from '../../../../core/time/signals.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { RetentionDeps } from '../../../../consumer/jobs/retention/retention.ts'
import type { PurgeCursor, PurgeStep } from '../../../../consumer/store/model/node-store.ts'

interface Call { beforeMs: number, cursor: PurgeCursor | undefined, atMs: number }
interface Fixture { clock: FakeClock, deps: RetentionDeps, calls: Call[], answers: (PurgeStep | Error)[], removed: Record<string, number> }

function fixture (): Fixture {
  const clock = new FakeClock()
  const calls: Call[] = []
  const answers: (PurgeStep | Error)[] = []
  const removed: Record<string, number> = {}
  const deps: RetentionDeps = {
    clock,
    log: pino({ level: 'silent' }),
    onRemoved: (table, rows) => {
      removed[table] = (removed[table] ?? 0) + rows
    },
    store: {
      purge: async (beforeMs, cursor) => {
        calls.push({ beforeMs, cursor, atMs: clock.monotonic() })
        const answer = answers.shift() ?? { table: 'visit', removed: 0, next: undefined }
        if (answer instanceof Error) {
          throw answer
        }
        return answer
      }
    }
  }

  return { clock, deps, calls, answers, removed }
}

const { signal } = new AbortController()
const more: PurgeCursor = { table: 'node_info', after: ['QmPeer'] }

suite('removeOlderThan', () => {
  test('goes on from step to step with a pause after each, and counts', async () => {
    const { clock, deps, calls, answers, removed } = fixture()
    answers.push({ table: 'visit', removed: 10, next: more }, { table: 'node_info', removed: 5, next: undefined })

    assert.equal(await clock.runUntil(removeOlderThan(deps, 1_000, signal)), 15)
    assert.deepEqual(calls.map(({ beforeMs, cursor }) => [beforeMs, cursor]), [[1_000, undefined], [1_000, more]])
    assert.ok(calls[1]!.atMs > calls[0]!.atMs)
    assert.deepEqual(removed, { visit: 10, node_info: 5 })
  })

  test('tries a step again that lost to a writer', async () => {
    const { clock, deps, calls, answers } = fixture()
    answers.push({ table: 'visit', removed: 1, next: more }, new ProbeError('PP_STORE_CONFLICT', 'lock'))
    await clock.runUntil(removeOlderThan(deps, 1_000, signal))

    assert.deepEqual(calls.map(({ cursor }) => cursor), [undefined, more, more])
  })
})

suite('runRetention', () => {
  test('removes what is older than its age on every interval', async () => {
    const { clock, deps, calls } = fixture()
    const controller = new AbortController()
    const running = assert.rejects(runRetention(deps, { afterMs: 1_000, intervalMs: 86_400_000 }, controller.signal), isAbort)
    const startMs = clock.now()
    await clock.advance(60_000 + 2 * 86_400_000 + 1_000)
    controller.abort()
    await running

    assert.equal(calls.length, 3)
    assert.equal(calls[0]!.beforeMs, startMs + 60_000 - 1_000)
  })

  test('makes up for a database that was away with the next removal', async () => {
    const { clock, deps, calls, answers } = fixture()
    const controller = new AbortController()
    answers.push(...Array.from({ length: 8 }, () => new ProbeError('PP_STORE_UNAVAILABLE', 'away')))
    const running = assert.rejects(runRetention(deps, { afterMs: 1_000, intervalMs: 3_600_000 }, controller.signal), isAbort)
    await clock.advance(2 * 3_600_000)
    controller.abort()
    await running

    assert.equal(calls.length, 9)
  })

  test('ends with an error that a retry cannot fix', async () => {
    const { clock, deps, answers } = fixture()
    answers.push(new ProbeError('PP_STORE_SCHEMA', 'no such table'))

    await assert.rejects(clock.runUntil(runRetention(deps, { afterMs: 1_000, intervalMs: 60_000 }, signal)), { code: 'PP_STORE_SCHEMA' })
  })
})
