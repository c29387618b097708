import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { Deadline } from '../../../core/time/deadline.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Clock } from '../../../core/time/clock.ts'

const TIMEOUT = new TypeError('no answer in time')
const reasons = { timeout: () => TIMEOUT, stopped: (reason: unknown) => reason }

suite('Deadline', () => {
  test('the signal aborts with timeout when the time is up', async () => {
    const clock = new FakeClock()
    using deadline = new Deadline(clock, 100, new AbortController().signal, reasons)
    await clock.advance(99)
    assert.equal(deadline.signal.aborted, false)
    await clock.advance(1)

    assert.equal(deadline.signal.reason, TIMEOUT)
  })

  test('a restart grants the whole time again', async () => {
    const clock = new FakeClock()
    using deadline = new Deadline(clock, 100, new AbortController().signal, reasons)
    await clock.advance(90)
    deadline.restart()
    await clock.advance(90)
    assert.equal(deadline.signal.aborted, false)
    await clock.advance(10)

    assert.equal(deadline.signal.aborted, true)
  })

  test('what arrived while this process stood still is read before the time is up', async () => {
    const clock = new FakeClock()
    using deadline = new Deadline(clock, 100, new AbortController().signal, reasons)
    clock.standStill(20_000)
    const seen: boolean[] = []
    clock.after(0, () => {
      seen.push(deadline.signal.aborted)
    })
    await clock.advance(0)

    assert.deepEqual([seen, deadline.signal.aborted], [[false], false])
  })

  test('a remote gets back the time that this process stood still, its whole limit at most', async () => {
    for (const [lostMs, backMs] of [[5_000, 1_000], [150, 150], [60, 0]] as const) {
      const clock = new FakeClock()
      using deadline = new Deadline(clock, 1_000, new AbortController().signal, reasons)
      await clock.advance(999)
      clock.standStill(lostMs + 1)
      await clock.advance(0)
      assert.equal(deadline.signal.aborted, backMs === 0, String(lostMs))
      await clock.advance(backMs - 1)
      assert.equal(deadline.signal.aborted, backMs === 0, String(lostMs))
      await clock.advance(1)
      assert.equal(deadline.signal.reason, TIMEOUT, String(lostMs))
    }
  })

  test('a second standstill brings no more than a last look at what arrived', async () => {
    const clock = new FakeClock()
    using deadline = new Deadline(clock, 1_000, new AbortController().signal, reasons)
    clock.standStill(5_000)
    await clock.advance(500)
    clock.standStill(5_000)
    const seen: boolean[] = []
    clock.after(0, () => {
      seen.push(deadline.signal.aborted)
    })
    await clock.advance(0)

    assert.deepEqual([seen, deadline.signal.aborted], [[false], true])
  })

  test('an event loop that is late at every turn has an end', async () => {
    const clock = new FakeClock()
    const late: Clock = { now: () => clock.now(), monotonic: () => clock.monotonic(), after: (ms, callback) => clock.after(ms + 200, callback) }
    using deadline = new Deadline(late, 100, new AbortController().signal, reasons)
    await clock.advance(2_000)

    assert.deepEqual([deadline.signal.reason, clock.pending], [TIMEOUT, 0])
  })

  test('an abort of the parent decides too, also when it aborted before, by what the deadline makes of its reason', () => {
    const parent = new AbortController()
    using deadline = new Deadline(new FakeClock(), 100, parent.signal, { ...reasons, stopped: reason => ({ reason }) })
    parent.abort('stop')
    using late = new Deadline(new FakeClock(), 100, parent.signal, reasons)

    assert.deepEqual(deadline.signal.reason, { reason: 'stop' })
    assert.equal(late.signal.reason, 'stop')
  })

  test('a disposed deadline leaves no timer and no listener, and follows its parent no more', () => {
    const clock = new FakeClock()
    const parent = new AbortController()
    const deadline = new Deadline(clock, 100, parent.signal, reasons)
    deadline[Symbol.dispose]()
    assert.equal(getEventListeners(parent.signal, 'abort').length, 0)
    parent.abort()

    assert.equal(clock.pending, 0)
    assert.equal(deadline.signal.aborted, false)
  })
})
