import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { pause, sleep } from '../../../core/time/sleep.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('sleep', () => {
  test('waits by the given clock', async () => {
    const clock = new FakeClock()
    await clock.runUntil(sleep(clock, 90_000, new AbortController().signal))

    assert.equal(clock.monotonic(), 90_000)
  })

  test('rejects as soon as the signal aborts, and leaves no timer and no listener', async () => {
    const clock = new FakeClock()
    const stop = new AbortController()
    const waiting = sleep(clock, 90_000, stop.signal)
    stop.abort()

    await assert.rejects(waiting, { name: 'AbortError' })
    assert.equal(clock.pending, 0)
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
  })

  test('leaves no listener on a signal that outlives it', async () => {
    const clock = new FakeClock()
    const { signal } = new AbortController()
    await clock.runUntil(sleep(clock, 1, signal))

    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  test('does not begin when the signal has aborted', async () => {
    const clock = new FakeClock()

    await assert.rejects(sleep(clock, 1, AbortSignal.abort()), { name: 'AbortError' })
    assert.equal(clock.pending, 0)
  })

  test('pause returns when the signal aborts, whatever its reason, and when the time is over', async () => {
    const clock = new FakeClock()
    const stop = new AbortController()
    const pausing = pause(clock, 90_000, stop.signal)
    stop.abort(new TypeError('enough'))
    await pausing
    await clock.runUntil(pause(clock, 90_000, new AbortController().signal))

    assert.equal(clock.monotonic(), 90_000)
    assert.equal(clock.pending, 0)
  })
})
