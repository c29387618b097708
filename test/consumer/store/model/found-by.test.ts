import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundByFrom, foundBySql } from '../../../../consumer/store/model/found-by.ts'
import { SQLITE_VALUES } from '../../../../core/rows/sqlite-row.ts'

test('foundBySql asks for whole seconds of one scan and for those contacted alone', () => {
  const sql = foundBySql('?', { from: 10.2, to: 20.5 })

  assert.match(sql, /scan = \? AND crawl_id BETWEEN 10 AND 21 /)
  assert.match(sql, /'identified'/)
  assert.doesNotMatch(sql, /'timeout'/)
})

test('foundByFrom reads the three counts, and refuses a value that is not a number', () => {
  assert.deepEqual(foundByFrom([1, 2, 3], SQLITE_VALUES), { active: 1, passive: 2, both: 3 })
  assert.throws(() => foundByFrom(['1', 2, 3], SQLITE_VALUES), /column active .* contains the text "1"/)
})
