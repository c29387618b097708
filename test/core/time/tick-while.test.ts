import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { tickWhile } from '../../../core/time/tick-while.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('tickWhile', () => {
  test('ticks for as long as the work lasts, and no longer', async () => {
    const clock = new FakeClock()
    const work = Promise.withResolvers<string>()
    let ticks = 0
    const waiting = tickWhile(work.promise, { clock, ms: 5_000, tick: () => ticks++ })
    await clock.advance(20_000)
    assert.equal(ticks, 5)
    work.resolve('done')

    assert.equal(await waiting, 'done')
    assert.equal(clock.pending, 0)
  })

  test('ends with the error of the work', async () => {
    const clock = new FakeClock()

    await assert.rejects(tickWhile(Promise.reject(new Error('gone')), { clock, ms: 5_000, tick: () => undefined }), /gone/)
    assert.equal(clock.pending, 0)
  })
})
