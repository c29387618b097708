import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TokenBucket } from '../../../core/limits/token-bucket.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const never = new AbortController().signal

/** Takes all tokens that there are now. */
function drain (bucket: TokenBucket): number {
  let taken = 0

  for (; bucket.hasToken; taken++) {
    bucket.take()
  }

  return taken
}

suite('TokenBucket', () => {
  test('gives the burst at once, then its rate, and no more than the burst after any time', async () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket(clock, { burst: 3, perSecond: 2 })
    assert.equal(drain(bucket), 3)
    await clock.advance(1_000)
    assert.equal(drain(bucket), 2)
    await clock.advance(3_600_000)

    assert.equal(drain(bucket), 3)
  })

  test('a spent budget ends it once nothing is running', async () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket(clock, { burst: 10, perSecond: 10, budget: 2, credit: 3 })
    assert.equal(drain(bucket), 2)
    assert.equal(bucket.isSpent, false)
    bucket.end('nothing')
    assert.equal(bucket.isSpent, false)
    bucket.end('nothing')
    assert.equal(bucket.isSpent, true)
    await clock.advance(60_000)

    assert.equal(bucket.hasToken, false)
  })

  test('a success earns more than it cost, and what never started costs nothing', () => {
    const bucket = new TokenBucket(new FakeClock(), { burst: 2, perSecond: 1, budget: 2, credit: 3 })
    assert.equal(drain(bucket), 2)
    bucket.end('its own')
    assert.equal(drain(bucket), 1)
    bucket.end('credit')

    assert.equal(drain(bucket), 4)
  })

  test('who waits is woken by time, by a success and by an abort, and leaves no timer', async () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket(clock, { burst: 1, perSecond: 1, budget: 3, credit: 1 })
    bucket.take()
    await clock.runUntil(bucket.wait(never))
    assert.ok(clock.monotonic() >= 1_000)
    assert.ok(bucket.hasToken)
    bucket.take()

    const waiting = bucket.wait(never)
    bucket.end('credit')
    await waiting

    drain(bucket)
    const controller = new AbortController()
    const aborted = bucket.wait(controller.signal)
    controller.abort()
    await aborted
    assert.equal(clock.pending, 0)
  })

  test('a spent budget is waited for without a timer, and its end wakes all', async () => {
    const clock = new FakeClock()
    const bucket = new TokenBucket(clock, { burst: 1, perSecond: 1, budget: 1 })
    bucket.take()
    const waiting = Promise.all([bucket.wait(never), bucket.wait(never)])
    assert.equal(clock.pending, 0)
    bucket.end('nothing')
    await waiting

    assert.equal(bucket.isSpent, true)
  })
})
