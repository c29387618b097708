import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { purgeStep } from '../../../../consumer/store/sqlite/purge.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'
import type { PurgeStep } from '../../../../consumer/store/model/node-store.ts'

suite('purgeStep', () => {
  test('comes to an end on an empty database, history before the dictionaries that it uses', () => {
    using database = migratedDatabase()
    const tables: string[] = []
    for (let step: PurgeStep | undefined = purgeStep(database, 1e12); step !== undefined; step = step.next && purgeStep(database, 1e12, step.next)) {
      tables.push(step.table)
    }

    assert.deepEqual(tables.slice(0, 5), ['visit', 'crawl', 'visit_change', 'node_info', 'address_info'])
    assert.equal(tables.length, 16)
  })

  test('moves the epoch when it removes a dictionary row, and only then', () => {
    using database = migratedDatabase()
    database.exec('INSERT INTO agent (agent_version, protocol_version, last_used_day) VALUES (\'a\', \'\', 10), (\'b\', \'\', 12)')
    const epoch = (): unknown => database.prepare('SELECT epoch FROM dictionary_epoch').get()?.['epoch']
    const sweep = (day: number): number => purgeStep(database, day * 86_400_000, { table: 'agent', after: [] }).removed

    assert.deepEqual([sweep(10), epoch()], [0, 0])
    assert.deepEqual([sweep(11), epoch()], [1, 1])
  })

  test('sweeps a table of addresses by key in windows', () => {
    using database = migratedDatabase()
    database.exec(`INSERT INTO node_info (node_id, discovery_type, last_seen, first_seen, last_tried, last_outcome, changed_at)
        VALUES ('QmPeer', 'active', '2026', '2026', '2026', 'ok', '2026');
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      INSERT INTO address_info SELECT 'QmPeer', i, CASE WHEN i % 2 = 0 THEN '2020-01-01 00:00:00.000' ELSE '2026-01-01 00:00:00.000' END FROM n`)
    const removed: number[] = []
    for (let cursor: PurgeStep['next'] = { table: 'address_info', after: [] }; cursor?.table === 'address_info';) {
      const step = purgeStep(database, Date.UTC(2025, 0, 1), cursor)
      removed.push(step.removed)
      cursor = step.next
    }

    assert.equal(removed.length, 3)
    assert.equal(removed.reduce((sum, n) => sum + n), 2_500)
  })

  test('refuses a cursor that it did not make', () => {
    using database = migratedDatabase()
    assert.throws(() => purgeStep(database, 0, { table: 'sqlite_schema', after: [] }), TypeError)
  })
})
