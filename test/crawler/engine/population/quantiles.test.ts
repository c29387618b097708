import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { quantiles } from '../../../../crawler/engine/population/quantiles.ts'

suite('quantiles', () => {
  test('are the values at the nearest ranks', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i)

    assert.deepEqual(quantiles(values), { p50: 100, p90: 180, p99: 198 })
  })

  test('of one value are that value', () => {
    assert.deepEqual(quantiles([7]), { p50: 7, p90: 7, p99: 7 })
  })

  test('of none are undefined', () => {
    assert.equal(quantiles([]), undefined)
  })
})
