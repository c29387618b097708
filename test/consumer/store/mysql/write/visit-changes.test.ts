import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeVisitChanges } from '../../../../../consumer/store/mysql/write/visit-changes.ts'

test('a change of visits is written once a minute, and one that is there stays as it is', () => {
  const [statement, ...others] = writeVisitChanges([{ scan: 'a/b/c', crawlId: 7, startedSinceMs: 120_000 }], 179_999)

  assert.match(statement ?? '', /^INSERT IGNORE INTO visit_change \(changed_minute, crawl_id, scan, started_minute\)\s+VALUES \(2,7,'a\/b\/c',2\)$/)
  assert.deepEqual(others, [])
  assert.deepEqual(writeVisitChanges([], 0), [])
})
