import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { withTimeLimit } from '../../../core/time/with-time-limit.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const onTimeout = (): never => {
  throw new TypeError('too late')
}

suite('withTimeLimit', () => {
  test('hands on what comes in time, and leaves no timer and no listener', async () => {
    const clock = new FakeClock()
    const { signal } = new AbortController()

    assert.equal(await withTimeLimit(Promise.resolve(7), { clock, limitMs: 10, signal, onTimeout }), 7)
    await assert.rejects(withTimeLimit(Promise.reject(new RangeError('its own')), { clock, limitMs: 10, signal, onTimeout }), RangeError)
    assert.equal(clock.pending, 0)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  test('rejects when the time is up, and keeps quiet about what comes later', async () => {
    const clock = new FakeClock()
    const { promise, reject } = Promise.withResolvers<never>()
    const rejected = assert.rejects(withTimeLimit(promise, { clock, limitMs: 10, onTimeout }), { message: 'too late' })
    await clock.advance(10)
    await rejected
    reject(new RangeError('nobody waits'))
    await clock.settle()
  })

  test('returns what is given instead when the time is up, and asks for it once', async () => {
    const clock = new FakeClock()
    let asked = 0
    const given = withTimeLimit(Promise.withResolvers<string>().promise, { clock, limitMs: 10, onTimeout: () => {
      asked++
      return 'given up'
    } })
    await clock.advance(1_000)

    assert.deepEqual([await given, asked], ['given up', 1])
  })

  test('does not ask for it when the wait was over in time', async () => {
    const clock = new FakeClock()
    await withTimeLimit(Promise.resolve(7), { clock, limitMs: 10, onTimeout: () => assert.fail('asked') })
    await clock.advance(1_000)
  })

  test('rejects as soon as the signal aborts, and leaves no timer', async () => {
    const clock = new FakeClock()
    const controller = new AbortController()
    const waiting = withTimeLimit(Promise.withResolvers<never>().promise, { clock, limitMs: 10, signal: controller.signal, onTimeout })
    controller.abort()

    await assert.rejects(waiting, { name: 'AbortError' })
    assert.equal(clock.pending, 0)
  })
})
