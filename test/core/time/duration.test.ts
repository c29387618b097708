import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DurationText, formatMilliseconds, toMilliseconds } from '../../../core/time/duration.ts'

suite('durations', () => {
  test('are read in each unit', () => {
    assert.deepEqual(['250ms', '15s', '10m', '1h'].map(toMilliseconds), [250, 15_000, 600_000, 3_600_000])
  })

  test('are refused without a unit, negative, fractional or empty', () => {
    for (const text of ['', '10', '-1s', '1.5s', 's', '1d', ' 1s', '1s ']) {
      assert.ok(!DurationText.safeParse(text).success, text)
      assert.throws(() => toMilliseconds(text), TypeError)
    }
  })

  test('are written for people', () => {
    assert.deepEqual([0, 840, 3_210, 59_990, 60_000, 245_000, 7_380_000].map(formatMilliseconds), ['0 ms', '840 ms', '3.2 s', '60.0 s', '1 min 00 s', '4 min 05 s', '2 h 03 min'])
  })
})
