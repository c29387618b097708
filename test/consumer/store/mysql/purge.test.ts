import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { purgeStep } from '../../../../consumer/store/mysql/purge.ts'
import { ProbeError } from '../../../../core/errors.ts'
import { ScriptedConnection } from '../../../support/consumer/scripted-connection.ts'
import type { Answer } from '../../../support/consumer/scripted-connection.ts'

const DAY_MS = 86_400_000
const TIMES = { beforeMs: 10 * DAY_MS + 5_000, nowMs: 20 * DAY_MS }
const PARTITIONS = [['day8', String(9 * 86_400)], ['day40', String(41 * 86_400)]]

suite('purgeStep', () => {
  test('drops a day that is over, waits for no reader, and leaves the session as it was', async () => {
    for (const failure of [undefined, new ProbeError('PP_STORE_CONFLICT', 'a reader is in the way')]) {
      const server = new ScriptedConnection((statement): Answer => statement.includes('PARTITIONS')
        ? PARTITIONS
        : statement.startsWith('ALTER') ? failure ?? 0 : statement.includes('@@session') ? [[20]] : [[321]])
      const step = purgeStep(server.asConnection, TIMES)

      if (failure === undefined) {
        assert.deepEqual(await step, { table: 'visit', removed: 321, next: { table: 'visit', after: [] } })
      } else {
        await assert.rejects(step, failure)
      }
      assert.deepEqual(server.statements.slice(-3), ['SET SESSION lock_wait_timeout = 1', 'ALTER TABLE visit DROP PARTITION day8', 'SET SESSION lock_wait_timeout = 20'])
    }
  })

  test('removes late visits of days that are over by key, whole days only', async () => {
    const server = new ScriptedConnection(statement => statement.includes('PARTITIONS') ? PARTITIONS.slice(1) : 1_000)

    assert.deepEqual(await purgeStep(server.asConnection, TIMES), { table: 'visit', removed: 1_000, next: { table: 'visit', after: [] } })
    assert.equal(server.statements.at(-1), `DELETE FROM visit WHERE crawl_id < ${String(10 * 86_400)} ORDER BY crawl_id LIMIT 1000`)
  })

  test('names no partition that somebody else made: its rows go by key', async () => {
    const server = new ScriptedConnection(statement => statement.includes('PARTITIONS') ? [['p0; DROP TABLE visit', String(9 * 86_400)], ...PARTITIONS.slice(1)] : 3)

    assert.deepEqual(await purgeStep(server.asConnection, TIMES), { table: 'visit', removed: 3, next: { table: 'crawl', after: [] } })
    assert.ok(!server.statements.join('\n').includes('p0'))
  })

  test('goes on after the last peer that it removed, or that it looked at, and looks at their age again', async () => {
    const old = Array.from({ length: 200 }, (_, i) => [`Qm${String(i).padStart(3, '0')}`])

    for (const [found, window, after] of [[old, [2_000, 'QmZ'], 'Qm199'], [old.slice(0, 3), [2_000, 'QmZ'], 'QmZ'], [[], [2_000, 'QmZ'], 'QmZ']] as const) {
      const server = new ScriptedConnection((statement): Answer => statement.startsWith('DELETE') ? found.length : statement.includes('COUNT') ? [window] : found)
      const step = await purgeStep(server.asConnection, TIMES, { table: 'node_info', after: ['QmA'] })

      assert.deepEqual(step, { table: 'node_info', removed: found.length, next: { table: 'node_info', after: [after] } })
      assert.ok(server.statements[0]?.includes('node_id > \'QmA\' ORDER BY node_id LIMIT 2000'))
      assert.equal(server.statements.filter(statement => /^DELETE .* AND last_seen < '1970-01-11 00:00:05\.000'$/.test(statement)).length, found.length === 0 ? 0 : 1)
    }
  })

  test('goes on with the next table where the last one is done, and ends after the last', async () => {
    const server = new ScriptedConnection((statement): Answer => statement.includes('COUNT') ? [[5, 'QmZ']] : [])

    assert.deepEqual((await purgeStep(server.asConnection, TIMES, { table: 'node_info', after: [] })).next, { table: 'address_info', after: [] })
    assert.equal((await purgeStep(server.asConnection, TIMES, { table: 'place', after: [] })).next, undefined)
  })

  test('removes addresses peer by peer', async () => {
    const server = new ScriptedConnection((statement): Answer => statement.startsWith('DELETE')
      ? 1
      : statement.includes('COUNT') ? [[3]] : statement.includes('DESC') ? [['QmC', 'cc']] : [['QmA', 'aa'], ['QmA', 'ab'], ['QmC', 'cc']])
    const { removed } = await purgeStep(server.asConnection, TIMES, { table: 'address_info', after: ['QmA', 'a0'] })

    assert.equal(removed, 2)
    assert.ok(server.statements[0]?.includes('WHERE node_id > \'QmA\' OR (node_id = \'QmA\' AND addr_hash > x\'a0\')'))
    assert.ok(server.statements.at(-2)?.startsWith('DELETE FROM address_info WHERE node_id = \'QmA\' AND addr_hash IN (x\'aa\',x\'ab\')'))
  })

  test('says that numbers are not to be trusted before it removes texts, once', async () => {
    for (const [mark, raised] of [[9, true], [10, false]] as const) {
      const server = new ScriptedConnection((statement): Answer => statement.includes('removal_mark')
        ? [[mark]]
        : statement.startsWith('DELETE') ? 1 : statement.includes('MAX') ? [[5_000]] : [[17]])
      const step = await purgeStep(server.asConnection, TIMES, { table: 'peer', after: [] })

      assert.deepEqual(step, { table: 'peer', removed: 1, next: { table: 'peer', after: [2_000] } })
      assert.equal(server.statements[1] === 'UPDATE removal_mark SET day = 10 WHERE id = 1 AND day < 10', raised)
      assert.equal(server.statements.at(-1), 'DELETE FROM peer WHERE peer_id IN (17) AND last_used_day < 10')
    }
  })

  test('knows no other table', async () => {
    await assert.rejects(purgeStep(new ScriptedConnection().asConnection, TIMES, { table: 'mysql.user', after: [] }), TypeError)
  })
})
