import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { serverInfoOf } from '../../../../../consumer/store/mysql/server/server-info.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import type { SqlValue } from '../../../../../consumer/store/mysql/server/query-result.ts'

interface Overrides { maxPacket?: number, database?: string, foldsCase?: number, innodbReadOnly?: number, logsChanges?: number, logFormat?: string }

const answer = (version: string, { maxPacket = 16_777_216, database = 'nodes', foldsCase = 0, innodbReadOnly = 0, logsChanges = 0, logFormat = 'ROW' }: Overrides = {}): SqlValue[] =>
  [version, maxPacket, database, foldsCase, innodbReadOnly, logsChanges, 'binlog_format', logFormat]

suite('serverInfoOf', () => {
  for (const [version, family, upsert] of [
    ['10.11.19-MariaDB-0+deb12u1', 'mariadb', 'function'],
    ['11.4.2-MariaDB', 'mariadb', 'function'],
    ['10.6.0-MariaDB-log', 'mariadb', 'function'],
    ['9.7.4-2', 'mysql', 'alias'],
    ['8.0.19', 'mysql', 'alias'],
    ['8.0.18', 'mysql', 'function'],
    ['8.4.0-commercial', 'mysql', 'alias']
  ] as const) {
    test(`knows how to upsert on ${version}`, () => {
      const info = serverInfoOf(answer(version), 'nodes')

      assert.deepEqual([info.family, info.upsert], [family, upsert])
    })
  }

  test('keeps a packet under half of what the server takes', () => {
    assert.equal(serverInfoOf(answer('9.7.4', { maxPacket: 6_000_001 }), 'nodes').maxPacketChars, 3_000_000)
  })

  test('takes the database in another case only where the server does', () => {
    assert.equal(serverInfoOf(answer('9.7.4', { foldsCase: 1 }), 'Nodes').family, 'mysql')
    assert.throws(() => serverInfoOf(answer('9.7.4'), 'Nodes'), err => isProbeError(err, 'PP_STORE_SERVER'))
  })

  test('takes a binary log of rows, and any format where there is no log', () => {
    assert.equal(serverInfoOf(answer('9.7.4', { logsChanges: 1, logFormat: 'MIXED' }), 'nodes').family, 'mysql')
    assert.equal(serverInfoOf(answer('9.7.4', { logFormat: 'STATEMENT' }), 'nodes').family, 'mysql')
    assert.equal(serverInfoOf(answer('9.7.4', { logsChanges: 1 }).slice(0, 6), 'nodes').family, 'mysql')
  })

  for (const [what, row, code, says] of [
    ['an old MariaDB', answer('10.5.23-MariaDB'), 'PP_STORE_SERVER', /10\.5\.23-MariaDB is older than 10\.6\.0/],
    ['an old MySQL', answer('5.7.44-log'), 'PP_STORE_SERVER', /older than 8\.0\.0/],
    ['packets that are too small', answer('9.7.4', { maxPacket: 524_288 }), 'PP_STORE_SERVER', /max_allowed_packet is 524288/],
    ['a session in another database', answer('9.7.4', { database: 'other' }), 'PP_STORE_SERVER', /init_connect leaves the session in the database other, not in nodes/],
    ['a log of statements', answer('9.7.4', { logsChanges: 1, logFormat: 'STATEMENT' }), 'PP_STORE_SERVER', /binlog_format is STATEMENT/],
    ['tables that take no writes', answer('9.7.4', { innodbReadOnly: 1 }), 'PP_STORE_UNAVAILABLE', /innodb_read_only is on/],
    ['no answer', [], 'PP_STORE_SERVER', /older than/]
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => serverInfoOf(row, 'nodes'), err => isProbeError(err, code) && says.test(err.message))
    })
  }
})
