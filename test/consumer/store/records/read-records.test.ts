import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readRecords } from '../../../../consumer/store/records/read-records.ts'
import { readLists } from '../../../../consumer/store/records/record-lists.ts'
import { SQLITE_RECORDS } from '../../../../consumer/store/sqlite/record-dialect.ts'
import type { RecordDialect } from '../../../../consumer/store/records/record-dialect.ts'

/** A dialect that answers with these rows, and its queries. */
function scripted (...answers: (readonly (readonly unknown[])[])[]): { dialect: RecordDialect, queries: string[] } {
  const queries: string[] = []

  return {
    queries,
    dialect: {
      ...SQLITE_RECORDS,
      query: async (sql) => {
        queries.push(sql.replaceAll(/\s+/g, ' '))

        return await Promise.resolve(answers.shift() ?? [])
      }
    }
  }
}

suite('readRecords', () => {
  test('asks once more for the end of a page only where rows may have been left out', async () => {
    for (const [filter, queries] of [[{}, 1], [{ scan: 's' }, 1], [{ network: 'n' }, 2]] as const) {
      const { dialect, queries: asked } = scripted()
      await readRecords({ kind: 'crawls', filter, limit: 5 }, dialect)
      assert.equal(asked.length, queries, JSON.stringify(filter))
    }
  })

  test('bounds what the database reads before it applies conditions', async () => {
    const { dialect, queries } = scripted()
    await readRecords({ kind: 'crawls', filter: { scan: 's', network: 'n' }, after: '["s",7]', limit: 5 }, dialect)

    assert.match(queries[0] ?? '', /FROM \(SELECT \* FROM crawl +WHERE \(scan, crawl_id\) > \('s', 7\) AND scan = 's' ORDER BY scan, crawl_id LIMIT 5\) AS r WHERE r\.network = 'n' ORDER BY r\.scan, r\.crawl_id$/)
    assert.match(queries[1] ?? '', /^SELECT scan, crawl_id FROM crawl +WHERE \(scan, crawl_id\) > \('s', 7\) AND scan = 's' ORDER BY scan, crawl_id LIMIT 1 OFFSET 4$/)
  })

  test('goes on after the last row that it read, whether that is a record or not', async () => {
    const { dialect } = scripted([], [['default/probe/main', 9]])

    assert.equal((await readRecords({ kind: 'crawls', filter: { network: 'n' }, limit: 5 }, dialect)).next, '["default/probe/main",9]')
  })
})

suite('readLists', () => {
  test('groups entries by the record that they belong to', async () => {
    const source = { key: ['node_id'], lists: [{ column: 'addresses', table: 'address_info', texts: ['multiaddr'], times: ['last_seen'] }] }
    const { dialect, queries } = scripted([['p', '/a', '2026-01-01 00:00:00.000'], ['q', '/b', '2026-01-01 00:00:00.001'], ['p', '/c', '2026-01-01 00:00:00.002']])
    const [lists] = await readLists(['p', 'q'], { ...source, table: 'node_info', joins: '', columns: {}, narrow: () => [], conditions: () => [] }, dialect)

    assert.equal(queries[0], 'SELECT node_id, multiaddr, last_seen FROM address_info WHERE node_id IN (\'p\',\'q\') ORDER BY node_id, multiaddr')
    assert.deepEqual(lists?.of.get('p'), [{ multiaddr: '/a', last_seen: '2026-01-01T00:00:00.000Z' }, { multiaddr: '/c', last_seen: '2026-01-01T00:00:00.002Z' }])
    assert.deepEqual(lists.of.get('q'), [{ multiaddr: '/b', last_seen: '2026-01-01T00:00:00.001Z' }])
  })

  test('asks for nothing where there is no record', async () => {
    const { dialect, queries } = scripted()
    await readRecords({ kind: 'nodes', limit: 5 }, dialect)

    assert.equal(queries.length, 1)
  })
})
