import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromStoreTime, storeTimeOf, toStoreTime } from '../../../../consumer/store/model/store-time.ts'

test('times go to the form of the database and back', () => {
  assert.equal(toStoreTime('2026-01-31T12:34:56.789Z'), '2026-01-31 12:34:56.789')
  assert.equal(storeTimeOf(Date.UTC(2026, 0, 31, 12, 34, 56, 789)), '2026-01-31 12:34:56.789')
  assert.equal(fromStoreTime('2026-01-31 12:34:56.789'), '2026-01-31T12:34:56.789Z')
})
