import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { least, sinceSent, stopwatch } from '../../../crawler/dial/latency.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { Arrival, EventLoopWatch } from '../../../core/time/event-loop.ts'

/** A fixed clock, of a process whose event loop received something and has waited for some time in total. */
const clockWith = (nowMs: () => number, arrival: Arrival, waitedMs: () => number = () => 0): Clock => ({
  now: nowMs,
  monotonic: nowMs,
  after: () => assert.fail('sets no timer'),
  loop: { arrived: () => arrival, waitedMs } as unknown as EventLoopWatch
})

suite('a round trip', () => {
  test('ends when the answer arrives, not when we process it; the error is the time that the loop cannot attribute', () => {
    const clock = clockWith(() => 190, { fromMs: 130, byMs: 150 })

    assert.deepEqual(sinceSent(clock, 100), { ms: 50, errorMs: 20 })
    assert.deepEqual(sinceSent(clock, 140), { ms: 10, errorMs: 10 }, 'the answer came after the question')
    assert.deepEqual(sinceSent(clock, 160), { ms: 0, errorMs: 0 })
  })

  test('is that of the clock without an event loop monitor', async () => {
    const clock = new FakeClock()
    const elapsed = stopwatch(clock)
    await clock.advance(7)

    assert.deepEqual([sinceSent(clock, 2), elapsed()], [{ ms: 5, errorMs: 0 }, { ms: 7, errorMs: 0 }])
  })

  test('measured by a library has the busy time of the loop as its error', () => {
    let [nowMs, waitedMs] = [100, 1_000]
    const elapsed = stopwatch(clockWith(() => nowMs, { fromMs: 0, byMs: 0 }, () => waitedMs))
    nowMs += 50
    waitedMs += 30

    assert.deepEqual(elapsed(), { ms: 50, errorMs: 20 })
  })

  test('the least of two is the shorter one', () => {
    const [a, b] = [{ ms: 5, errorMs: 0 }, { ms: 6, errorMs: 6 }]

    assert.deepEqual([least(a, b), least(b, a), least(undefined, b), least(a, undefined), least(undefined, undefined)], [a, a, b, a, undefined])
  })
})
