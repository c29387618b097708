import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Timestamp } from '../../../core/contracts/visit.ts'
import { messageMs, timestamp } from '../../../crawler/publish/message-context.ts'

suite('message values', () => {
  test('have instants in UTC with milliseconds', () => {
    assert.equal(Timestamp.parse(timestamp(Date.UTC(2026, 0, 2, 3, 4, 5, 6))), '2026-01-02T03:04:05.006Z')
  })

  test('have durations in microsecond precision, from 0 to a day', () => {
    assert.deepEqual([12.345_678, -1, 1e12].map(messageMs), [12.346, 0, 86_400_000])
  })
})
