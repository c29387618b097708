import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAscii } from '../../../../../consumer/store/mysql/server/sql-text.ts'
import { markChanged } from '../../../../../consumer/store/mysql/write/session-changes.ts'

test('a crawl is written down with the generation that its transaction reads in share mode', () => {
  const [statement = '', ...more] = markChanged([{ scan: 'a/é/c', crawlId: 7, isCrawl: true }])

  assert.deepEqual(more, [])
  assert.ok(isAscii(statement))
  assert.match(statement, /SELECT generation, _utf8mb4 x'[0-9a-f]+', 7, 1 FROM session_state WHERE id = 1 LOCK IN SHARE MODE$/)
})
