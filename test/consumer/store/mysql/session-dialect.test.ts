import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mysqlSessions } from '../../../../consumer/store/mysql/session-dialect.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { ScriptedConnection } from '../../../support/consumer/scripted-connection.ts'

const GUARD = { sql: 'SELECT generation FROM session_state WHERE id = 1', expected: 3 }

test('a write reads the generation in share mode first, and writes nothing under another one', async () => {
  const server = new ScriptedConnection(statement => statement.startsWith('SELECT generation') ? [[3]] : 2)
  const written = await mysqlSessions(server.asConnection).write(['DELETE a', 'DELETE b'], GUARD)
  const later = new ScriptedConnection(() => [[4]])

  assert.deepEqual(written, [2, 2])
  assert.deepEqual(server.statements.filter(statement => !/^(START|COMMIT)/.test(statement)), [`${GUARD.sql} LOCK IN SHARE MODE`, 'DELETE a', 'DELETE b'])
  await assert.rejects(mysqlSessions(later.asConnection).write(['DELETE a'], GUARD), err => isProbeError(err, 'PP_STORE_CONFLICT'))
  assert.ok(!later.statements.includes('DELETE a'))
})
