import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { listPartitions, makePartitions, missingPartitions, PartitionGuard } from '../../../../consumer/store/mysql/partitions.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { ScriptedConnection } from '../../../support/consumer/scripted-connection.ts'
import type { Answer } from '../../../support/consumer/scripted-connection.ts'

const DAY_S = 86_400
const TODAY = 20_454
const NOW_MS = (TODAY + 0.5) * DAY_S * 1_000

/** A server with partitions up to a day, which creates what a statement asks for. */
function serverWith (endDay: number): ScriptedConnection {
  const partitions: (readonly [string, string])[] = [['day0', String(endDay * DAY_S)]]

  return new ScriptedConnection((statement): Answer => {
    if (statement.startsWith('ALTER')) {
      partitions.push(...[...statement.matchAll(/PARTITION (day\d+) VALUES LESS THAN \((\d+)\)/g)].map(([, name = '', end = '']) => [name, end] as const))
      return 0
    }

    return statement.includes('PARTITIONS') ? partitions : statement.includes('LOCK') ? [[1]] : [['database']]
  })
}

suite('partitions', () => {
  test('a new history starts where the bus may begin, and reaches a week ahead', () => {
    const missing = missingPartitions([{ name: 'day0', end: DAY_S }], NOW_MS)

    assert.deepEqual(missing[0], { name: `day${String(TODAY - 8)}`, end: (TODAY - 7) * DAY_S })
    assert.deepEqual(missing.at(-1), { name: `day${String(TODAY + 7)}`, end: (TODAY + 8) * DAY_S })
    assert.equal(missing.length, 16)
  })

  test('only the days that are not there are made', () => {
    assert.deepEqual(missingPartitions([{ name: 'x', end: (TODAY + 7) * DAY_S }], NOW_MS), [{ name: `day${String(TODAY + 7)}`, end: (TODAY + 8) * DAY_S }])
    assert.deepEqual(missingPartitions([{ name: 'x', end: (TODAY + 8) * DAY_S }], NOW_MS), [])
    assert.deepEqual(missingPartitions([{ name: 'x', end: (TODAY + 80) * DAY_S }], NOW_MS), [])
  })

  test('they are made once, under a lock', async () => {
    const server = serverWith(1)

    assert.equal(await makePartitions(server.asConnection, NOW_MS), (TODAY + 8) * DAY_S)
    assert.equal(await makePartitions(server.asConnection, NOW_MS), (TODAY + 8) * DAY_S)
    assert.equal(server.statements.filter(statement => statement.startsWith('ALTER')).length, 1)
    assert.equal(server.statements.findIndex(statement => statement.includes('GET_LOCK')) < server.statements.findIndex(statement => statement.startsWith('ALTER')), true)
    assert.equal((await listPartitions(server.asConnection)).length, 17)
  })

  test('a crawl that has its day asks the database once, one that is too far ahead is refused', async () => {
    const server = serverWith(TODAY + 8)
    const guard = new PartitionGuard()
    await guard.cover(server.asConnection, TODAY * DAY_S, NOW_MS)
    const asked = server.statements.length
    await guard.cover(server.asConnection, (TODAY + 7) * DAY_S, NOW_MS)

    assert.equal(server.statements.length, asked)
    await assert.rejects(guard.cover(server.asConnection, (TODAY + 8) * DAY_S, NOW_MS), err => isProbeError(err, 'PP_STORE_DATA'))
    await guard.cover(server.asConnection, (TODAY + 8) * DAY_S, NOW_MS + DAY_S * 1_000)
  })
})
