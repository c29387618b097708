import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { within } from '../../../../core/bus/port/within.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const tooLate = (): Error => new TypeError('too late')

suite('within', () => {
  test('hands on what comes in time, and leaves no timer', async () => {
    const clock = new FakeClock()
    const { signal } = new AbortController()

    assert.equal(await within(Promise.resolve(7), { clock, limitMs: 10, signal, tooLate }), 7)
    await assert.rejects(within(Promise.reject(new RangeError('its own')), { clock, limitMs: 10, signal, tooLate }), RangeError)
    assert.equal(clock.pending, 0)
  })

  test('rejects when the time is up, and keeps quiet about what comes later', async () => {
    const clock = new FakeClock()
    const { promise, reject } = Promise.withResolvers<never>()
    const waiting = within(promise, { clock, limitMs: 10, signal: new AbortController().signal, tooLate })
    const rejected = assert.rejects(waiting, { message: 'too late' })
    await clock.advance(10)
    await rejected
    reject(new RangeError('nobody waits'))
    await clock.settle()
  })

  test('rejects as soon as the signal aborts', async () => {
    const controller = new AbortController()
    const waiting = within(Promise.withResolvers<never>().promise, { clock: new FakeClock(), limitMs: 10, signal: controller.signal, tooLate })
    controller.abort()

    await assert.rejects(waiting, { name: 'AbortError' })
  })
})
