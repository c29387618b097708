import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { accept, close, open, unavailable } from './opened-publisher.ts'

suite('a publisher that is disposed', () => {
  test('sends its buffer without waiting for the next retry', async () => {
    const setting = open()
    const { bus, clock, lines } = setting
    bus.failure = unavailable
    accept(setting.publisher, 3)
    await clock.advance(60_000)
    bus.failure = undefined
    await close(setting)

    assert.deepEqual(bus.batches, [['0', '1', '2']])
    assert.equal(clock.monotonic(), 60_000)
    assert.ok(lines.every(({ level }) => level === 'warn'))
  })

  test('stops at the deadline, and logs the lost messages', async () => {
    for (const how of ['refuses', 'hangs'] as const) {
      const setting = open(5_000)
      const { bus, clock, lines } = setting
      bus.failure = how === 'refuses' ? unavailable : undefined
      bus.hold = new Promise<never>(() => { /* never stored */ })
      accept(setting.publisher, 510)
      await close(setting)

      assert.equal(clock.monotonic(), 5_000)
      assert.deepEqual(lines.filter(({ level }) => level === 'error').map(({ msg, messages }) => [msg, messages]), [['lost messages that were not acknowledged before the stop', 510]])
    }
  })
})
