import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RateMeter } from '../../../crawler/engine/rate-meter.ts'

suite('RateMeter', () => {
  test('returns the rate since the start in the first ten seconds', () => {
    const meter = new RateMeter(1_000)

    assert.equal(meter.perSecond(1_000, 0), 0)
    assert.equal(meter.perSecond(3_000, 50), 25)
  })

  test('drops samples older than ten seconds', () => {
    const meter = new RateMeter(0)

    for (let second = 1; second <= 60; second++) {
      meter.sample(second * 1_000, second <= 30 ? second * 100 : 3_000)
    }

    assert.equal(meter.perSecond(60_000, 3_000), 0)
  })

  test('measures from the last sample after a gap', () => {
    const meter = new RateMeter(0)
    meter.sample(600_000, 100)

    assert.equal(meter.perSecond(601_000, 107), 7)
  })
})
