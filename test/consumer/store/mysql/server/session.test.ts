import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { checkSession, SESSION_START, sessionEnd } from '../../../../../consumer/store/mysql/server/session.ts'
import { isAscii } from '../../../../../consumer/store/mysql/server/sql-text.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import type { ServerFamily } from '../../../../../consumer/store/mysql/server/server-info.ts'

/** The variables that a session of a family reads back. */
function variablesOf (family: ServerFamily): string[] {
  const without = family === 'mysql' ? /^tx_/ : /^transaction_/

  return Array.from(sessionEnd(family)[1].matchAll(/'(\w+)'/g), ([, name = '']) => name).filter(name => !without.test(name))
}

/** What a server reads back that took every setting. */
const TAKEN: Readonly<Record<string, string>> = {
  character_set_client: 'utf8mb4',
  character_set_connection: 'utf8mb4',
  character_set_results: 'utf8mb4',
  collation_connection: 'utf8mb4_bin',
  transaction_isolation: 'READ-COMMITTED',
  tx_isolation: 'READ-COMMITTED',
  transaction_read_only: '0',
  tx_read_only: 'OFF',
  completion_type: 'NO_CHAIN',
  autocommit: 'ON',
  sql_mode: 'NO_ENGINE_SUBSTITUTION,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO',
  time_zone: '+00:00',
  innodb_lock_wait_timeout: '5',
  lock_wait_timeout: '20',
  group_concat_max_len: '8192',
  foreign_key_checks: '1',
  unique_checks: 'ON',
  sql_auto_is_null: 'OFF',
  sql_safe_updates: '0',
  sql_select_limit: '18446744073709551615',
  max_join_size: '18446744073709551615',
  sql_big_selects: 'ON',
  wait_timeout: '28800',
  net_read_timeout: '60',
  net_write_timeout: '60',
  max_execution_time: '0',
  max_statement_time: '0.000000',
  idle_transaction_timeout: '0',
  idle_readonly_transaction_timeout: '0',
  idle_write_transaction_timeout: '0'
}

const valuesOf = (family: ServerFamily, other: Readonly<Record<string, string>> = {}): [string, string][] =>
  variablesOf(family).map(name => [name, other[name] ?? TAKEN[name] ?? 'unknown'])

suite('a session of the store', () => {
  test('is set up by statements that mean the same in every character set and sql_mode', () => {
    for (const statement of [...SESSION_START, ...sessionEnd('mysql'), ...sessionEnd('mariadb')]) {
      assert.ok(isAscii(statement) && !/["\\`]/.test(statement), statement)
    }
  })

  for (const family of ['mysql', 'mariadb'] as const) {
    test(`on ${family} is taken where every setting took`, () => {
      checkSession(family, valuesOf(family))
    })

    for (const name of variablesOf(family)) {
      test(`on ${family} is refused by the name of ${name} where it did not take`, () => {
        assert.throws(() => {
          checkSession(family, valuesOf(family, { [name]: '7' }))
        }, err => isProbeError(err, 'PP_STORE_SERVER') && err.message.includes(`${name.replace(/^tx_/, 'transaction_')} is 7`))
      })
    }
  }

  for (const [name, value] of [
    ['character_set_client', 'latin1'],
    ['sql_mode', 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'],
    ['autocommit', 'OFF'],
    ['time_zone', 'SYSTEM'],
    ['sql_select_limit', '1000'],
    ['foreign_key_checks', '0']
  ] as const) {
    test(`is refused where ${name} is ${value}`, () => {
      assert.throws(() => {
        checkSession('mysql', valuesOf('mysql', { [name]: value }))
      }, err => isProbeError(err, 'PP_STORE_SERVER') && err.message.includes(name) && err.message.includes(value))
    })
  }

  test('is known by either name of a setting that MariaDB renames', () => {
    checkSession('mariadb', valuesOf('mariadb').map(([name, value]) => [name.replace(/^tx_/, 'transaction_'), value]))
  })

  test('is refused where the server says nothing', () => {
    assert.throws(() => {
      checkSession('mariadb', [])
    }, err => isProbeError(err, 'PP_STORE_SERVER'))
  })
})
