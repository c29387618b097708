import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { serverInfoOf } from '../../../../consumer/store/mysql/server-info.ts'
import { isProbeError } from '../../../../core/errors.ts'
import type { SqlValue } from '../../../../consumer/store/mysql/query-result.ts'

const answer = (version: string, overrides: { sqlMode?: string, timeZone?: string, maxPacket?: number } = {}): SqlValue[] =>
  [version, overrides.sqlMode ?? 'STRICT_ALL_TABLES,NO_ZERO_DATE', overrides.timeZone ?? '+00:00', overrides.maxPacket ?? 16_777_216]

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
      const info = serverInfoOf(answer(version))

      assert.deepEqual([info.family, info.upsert], [family, upsert])
    })
  }

  test('keeps a packet under half of what the server takes, whatever the characters', () => {
    assert.equal(serverInfoOf(answer('9.7.4', { maxPacket: 6_000_000 })).maxPacketChars, 1_000_000)
  })

  for (const [what, row, says] of [
    ['an old MariaDB', answer('10.5.23-MariaDB'), /10\.5\.23-MariaDB is older than 10\.6\.0/],
    ['an old MySQL', answer('5.7.44-log'), /older than 8\.0\.0/],
    ['a session that is not strict', answer('9.7.4', { sqlMode: 'NO_ZERO_DATE' }), /not strict/],
    ['backslashes that mean nothing', answer('9.7.4', { sqlMode: 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES' }), /NO_BACKSLASH_ESCAPES/],
    ['another time zone', answer('9.7.4', { timeZone: 'SYSTEM' }), /time_zone is SYSTEM/],
    ['packets that are too small', answer('9.7.4', { maxPacket: 524_288 }), /max_allowed_packet is 524288/],
    ['no answer', [], /older than/]
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => serverInfoOf(row), err => isProbeError(err, 'PP_STORE_SERVER') && says.test(err.message))
    })
  }
})
