import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DeadLetterRate } from '../../../consumer/pipeline/dead-letter-rate.ts'
import { isProbeError } from '../../../core/errors.ts'

function rateOf (bad: number, good: number): DeadLetterRate {
  const rate = new DeadLetterRate()
  for (let i = 0; i < good + bad; i++) {
    rate.record(i >= good)
  }

  return rate
}

const stops = (rate: DeadLetterRate): boolean => {
  try {
    rate.check()
  } catch (err) {
    assert.ok(isProbeError(err, 'PP_DEAD_LETTER_RATE'))
    return true
  }

  return false
}

suite('DeadLetterRate', () => {
  test('stops at more than a fifth of the last 1,000 messages', () => {
    assert.equal(stops(rateOf(200, 800)), false)
    assert.equal(stops(rateOf(201, 799)), true)
    assert.equal(stops(rateOf(201, 5_000)), true)
    assert.equal(stops(rateOf(200, 5_000)), false)
  })

  test('says nothing on fewer than 100 messages', () => {
    assert.equal(stops(rateOf(99, 0)), false)
    assert.equal(stops(rateOf(100, 0)), true)
    assert.equal(stops(rateOf(21, 79)), true)
    assert.equal(stops(rateOf(20, 80)), false)
  })

  test('forgets what lies further back', () => {
    const rate = rateOf(300, 0)
    for (let i = 0; i < 1_000; i++) {
      rate.record(false)
    }

    assert.equal(stops(rate), false)
  })
})
