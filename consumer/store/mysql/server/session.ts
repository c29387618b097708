// What the store needs of its session. A server may give every session something else: by its global
// settings, by init_connect, by an option such as --skip-character-set-client-handshake. So nothing is
// assumed: each setting is set on connect, read back, and a session in which it did not take is refused.
import { ProbeError } from '../../../../core/errors.ts'
import { listText, quote } from './sql-text.ts'
import type { QueryResult } from './query-result.ts'
import type { ServerFamily } from './server-info.ts'

/** One setting of a session. */
interface SessionSetting {
  /** The system variable. */
  name: string

  /** Its value as SQL. */
  value: string

  /** What the variable reads where that differs from the value. */
  reads?: string
}

const UNLIMITED = '18446744073709551615'
const SQL_MODE = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'

const SETTINGS: readonly SessionSetting[] = [
  // First what decides how the rest is read and whether it stays.
  { name: 'completion_type', value: '0', reads: 'NO_CHAIN' },
  { name: 'autocommit', value: '1' },
  { name: 'sql_mode', value: `'${SQL_MODE}'`, reads: SQL_MODE },
  { name: 'time_zone', value: '\'+00:00\'', reads: '+00:00' },
  // Seconds. A lock of a row is held for one batch or step; one of a table's definition for as long as a migration takes.
  { name: 'innodb_lock_wait_timeout', value: '5' },
  { name: 'lock_wait_timeout', value: '20' },
  // Characters: the hashes of twice as many addresses as a visit tells.
  { name: 'group_concat_max_len', value: '8192' },
  { name: 'foreign_key_checks', value: '1' },
  { name: 'unique_checks', value: '1' },
  { name: 'sql_auto_is_null', value: '0' },
  // Nothing may cut a result or refuse a statement that is bounded by its own LIMIT.
  { name: 'sql_safe_updates', value: '0' },
  { name: 'sql_select_limit', value: UNLIMITED },
  { name: 'max_join_size', value: UNLIMITED },
  { name: 'sql_big_selects', value: '1' },
  // Seconds. A pool keeps connections idle, and a dump waits for its file between two queries.
  { name: 'wait_timeout', value: '28800' },
  { name: 'net_read_timeout', value: '60' },
  { name: 'net_write_timeout', value: '60' }
]

/** What only one family has: limits of a statement, which the connection has of its own, and of an idle transaction. */
const SETTINGS_OF: Readonly<Record<ServerFamily, readonly SessionSetting[]>> = {
  mysql: [{ name: 'max_execution_time', value: '0' }],
  mariadb: ['max_statement_time', 'idle_transaction_timeout', 'idle_readonly_transaction_timeout', 'idle_write_transaction_timeout'].map(name => ({ name, value: '0' }))
}

/** Set by statements of their own. */
const NAMES: readonly SessionSetting[] = [
  ...['character_set_client', 'character_set_connection', 'character_set_results'].map(name => ({ name, value: 'utf8mb4' })),
  { name: 'collation_connection', value: 'utf8mb4_bin' },
  { name: 'transaction_isolation', value: 'READ-COMMITTED' },
  { name: 'transaction_read_only', value: '0' }
]

/** MariaDB's older names, of which it means to drop one or the other. */
const ALIASES: Readonly<Record<string, string>> = { transaction_isolation: 'tx_isolation', transaction_read_only: 'tx_read_only' }

/** Sets what both families have. What init_connect left open (a transaction, locks) is ended first. */
export const SESSION_START: readonly string[] = [
  setOf(SETTINGS.slice(0, 1)),
  'ROLLBACK',
  'UNLOCK TABLES',
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  setOf(SETTINGS.slice(1)),
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE'
]

/** Sets what the family alone has, and reads back everything: for {@link checkSession}. */
export function sessionEnd (family: ServerFamily): [set: string, read: string] {
  const names = settingsOf(family).flatMap(({ name }) => [name, ALIASES[name] ?? name])

  return [setOf(SETTINGS_OF[family]), `SHOW SESSION VARIABLES WHERE Variable_name IN ${listText(new Set(names.map(quote)))}`]
}

/**
 * @param rows names and values as the server reads them back
 * @throws ProbeError `PP_STORE_SERVER` that names the first setting that did not take
 */
export function checkSession (family: ServerFamily, rows: QueryResult['rows']): void {
  const values = new Map(rows.map(([name, value]) => [String(name), String(value)]))

  for (const { name, value, reads = value } of settingsOf(family)) {
    const found = values.get(name) ?? values.get(ALIASES[name] ?? name) ?? 'unknown'

    if (plain(found) !== plain(reads)) {
      throw new ProbeError('PP_STORE_SERVER', `the database server does not suit: ${name} is ${found}, though this session asked for ${reads}`, { details: { setting: name } })
    }
  }
}

function settingsOf (family: ServerFamily): SessionSetting[] {
  return [...NAMES, ...SETTINGS, ...SETTINGS_OF[family]]
}

function setOf (settings: readonly SessionSetting[]): string {
  return `SET SESSION ${settings.map(({ name, value }) => `${name} = ${value}`).join()}`
}

// MariaDB reads ON where MySQL reads 1, and 0.000000 for 0; a list of modes has no order.
function plain (value: string): string {
  const word = value === 'ON' ? '1' : value === 'OFF' ? '0' : value

  return /^\d+\.0+$/.test(word) ? String(Number(word)) : word.split(',').sort().join()
}
