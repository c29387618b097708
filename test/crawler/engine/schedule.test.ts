import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { JITTER, Schedule } from '../../../crawler/engine/schedule.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Clock } from '../../../core/time/clock.ts'

const never = new AbortController().signal
const setting = (random: () => number = () => 0.5): { clock: FakeClock, schedule: Schedule } => {
  const clock = new FakeClock()

  return { clock, schedule: new Schedule({ clock, random }, { intervalMs: 600_000 }) }
}

suite('Schedule', () => {
  test('starts the first crawl at once', async () => {
    const { clock, schedule } = setting()

    assert.deepEqual(await clock.runUntil(schedule.next(never), 0), { crawlId: Date.UTC(2026, 0, 1) / 1_000, crawlNumber: 0 })
  })

  test('starts the next one an interval after the start of the last', async () => {
    const { clock, schedule } = setting()
    await clock.runUntil(schedule.next(never))
    await clock.advance(200_000)
    assert.equal(schedule.dueInMs, 400_000)
    await clock.runUntil(schedule.next(never))

    assert.equal(clock.monotonic(), 600_000)
  })

  test('starts the next one at once on request, at the earliest a minute after the start of the last', async () => {
    const { clock, schedule } = setting()
    await clock.runUntil(schedule.next(never))
    await clock.advance(20_000)
    schedule.hasten()
    schedule.hasten()
    assert.equal(schedule.dueInMs, 40_000)
    await clock.runUntil(schedule.next(never))
    assert.equal(clock.monotonic(), 60_000)
    assert.equal(schedule.dueInMs, 600_000)

    await clock.advance(300_000)
    schedule.hasten()
    assert.equal(schedule.dueInMs, 0)
  })

  test('is never delayed by a request', async () => {
    const clock = new FakeClock()
    const schedule = new Schedule({ clock, random: () => 0.5 }, { intervalMs: 5_000 })
    schedule.hasten()
    assert.equal(schedule.dueInMs, 0)
    await clock.runUntil(schedule.next(never))
    await clock.advance(1_000)
    schedule.hasten()

    assert.equal(schedule.dueInMs, 4_000)
  })

  test('starts the next one at once if the last took longer, and does not make up for missed crawls', async () => {
    const { clock, schedule } = setting()
    await clock.runUntil(schedule.next(never))
    await clock.advance(2_500_000)
    await clock.runUntil(schedule.next(never), 0)
    assert.equal(clock.monotonic(), 2_500_000)

    await clock.runUntil(schedule.next(never))
    assert.equal(clock.monotonic(), 3_100_000)
  })

  test('moves starts by at most 5 % of the interval in either direction', async () => {
    for (const dice of [0, 0.999_999]) {
      const { clock, schedule } = setting(() => dice)
      await clock.runUntil(schedule.next(never))
      await clock.runUntil(schedule.next(never))

      assert.ok(Math.abs(clock.monotonic() - 600_000 * (1 + (dice === 0 ? -JITTER : JITTER))) < 1)
    }
  })

  test('gives increasing ids even if two crawls start in one second or the wall clock goes back', async () => {
    const clock = new FakeClock()
    let wallMs = 100_000
    const stepping: Clock = { now: () => wallMs, monotonic: () => clock.monotonic(), after: (...args) => clock.after(...args) }
    const schedule = new Schedule({ clock: stepping, random: () => 0 }, { intervalMs: 0 })
    const ids: number[] = []

    for (const nextMs of [100_400, 50_000, 300_000, 0]) {
      ids.push((await clock.runUntil(schedule.next(never))).crawlId)
      wallMs = nextMs
    }

    assert.deepEqual(ids, [100, 101, 102, 300])
  })

  test('stops waiting on abort, and leaves no timer', async () => {
    const { clock, schedule } = setting()
    await clock.runUntil(schedule.next(never))
    const stop = new AbortController()
    const next = schedule.next(stop.signal)
    stop.abort()

    await assert.rejects(next, { name: 'AbortError' })
    assert.equal(clock.pending, 0)
  })
})
