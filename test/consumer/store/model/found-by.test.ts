import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundByOf, foundBySql } from '../../../../consumer/store/model/found-by.ts'

test('foundBySql asks for whole seconds of one scan and for those contacted alone', () => {
  const sql = foundBySql('?', { from: 10.2, to: 20.5 })

  assert.match(sql, /scan = \? AND crawl_id BETWEEN 10 AND 21 /)
  assert.match(sql, /'identified'/)
  assert.doesNotMatch(sql, /'timeout'/)
})

test('foundByOf reads numbers as any driver gives them', () => {
  assert.deepEqual(foundByOf(['1', 2n, 3]), { active: 1, passive: 2, both: 3 })
})
