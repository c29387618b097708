import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Wakeup } from '../../../../core/bus/port/wakeup.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

suite('Wakeup', () => {
  test('waits for its time and no longer', async () => {
    const clock = new FakeClock()
    const wakeup = new Wakeup({ clock })
    await clock.runUntil(wakeup.wait(500))

    assert.equal(clock.monotonic(), 500)
  })

  test('wakes all who wait, and leaves no timer behind', async () => {
    const clock = new FakeClock()
    const wakeup = new Wakeup({ clock })
    const waits = [wakeup.wait(500), wakeup.wait(900)]
    wakeup.wake()
    await Promise.all(waits)

    assert.equal(clock.monotonic(), 0)
    assert.equal(clock.pending, 0)
  })
})
