import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MYSQL_RECORDS } from '../../../../consumer/store/mysql/record-dialect.ts'
import { readVisitChanges } from '../../../../consumer/store/records/read-visit-changes.ts'
import { isProbeError } from '../../../../core/errors.ts'

test('changes of visits are read by the key, from the minute of the time on', async () => {
  const queries: string[] = []
  const query = async (sql: string): Promise<unknown[][]> => {
    queries.push(sql.replaceAll(/\s+/g, ' '))
    return await Promise.resolve([[7, 'a/b/c', 2]])
  }
  const changes = await readVisitChanges({ ...MYSQL_RECORDS, query }, { sinceMs: 119_999, limit: 5 })
  await readVisitChanges({ ...MYSQL_RECORDS, query }, { sinceMs: -5, after: changes[0], limit: 5 })

  assert.deepEqual(changes, [{ crawlId: 7, scan: 'a/b/c', startedSinceMs: 120_000 }])
  assert.deepEqual(queries.map(sql => sql.replace(/^.* WHERE /, '')), [
    'changed_minute >= 1 GROUP BY crawl_id, scan ORDER BY crawl_id, scan LIMIT 5',
    'changed_minute >= 0 AND ((crawl_id > 7) OR (crawl_id = 7 AND scan > \'a/b/c\')) GROUP BY crawl_id, scan ORDER BY crawl_id, scan LIMIT 5'
  ])
})

test('a value of another type is refused', async () => {
  const query = async (): Promise<unknown[][]> => await Promise.resolve([[7, null, 2]])

  await assert.rejects(readVisitChanges({ ...MYSQL_RECORDS, query }, { sinceMs: 0, limit: 5 }), err => isProbeError(err, 'PP_STORE_SCHEMA'))
})
