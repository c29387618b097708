// The settings that the store needs in its session. A server may change any of them for every session, by its global
// settings, by init_connect, or by an option such as --skip-character-set-client-handshake. So each setting is set on
// connect and read back, and a session with another value is refused.
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

  /** The value that the variable reports, where it differs. */
  reads?: string
}

const UNLIMITED = '18446744073709551615'
const SQL_MODE = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'

const SETTINGS: readonly SessionSetting[] = [
  // First the settings that affect how the others are interpreted and whether they last.
  { name: 'completion_type', value: '0', reads: 'NO_CHAIN' },
  { name: 'autocommit', value: '1' },
  { name: 'sql_mode', value: `'${SQL_MODE}'`, reads: SQL_MODE },
  { name: 'time_zone', value: '\'+00:00\'', reads: '+00:00' },
  // Seconds. A batch or a step has its row locks for its duration, a migration has its metadata locks for its duration.
  { name: 'innodb_lock_wait_timeout', value: '5' },
  { name: 'lock_wait_timeout', value: '20' },
  // Characters: the hashes of twice as many addresses as a visit can have.
  { name: 'group_concat_max_len', value: '8192' },
  { name: 'foreign_key_checks', value: '1' },
  { name: 'unique_checks', value: '1' },
  { name: 'sql_auto_is_null', value: '0' },
  // The server must neither cut results nor refuse statements that have their own LIMIT.
  { name: 'sql_safe_updates', value: '0' },
  { name: 'sql_select_limit', value: UNLIMITED },
  { name: 'max_join_size', value: UNLIMITED },
  { name: 'sql_big_selects', value: '1' },
  // Seconds. The pool keeps idle connections, and a dump writes its file between two queries.
  { name: 'wait_timeout', value: '28800' },
  { name: 'net_read_timeout', value: '60' },
  { name: 'net_write_timeout', value: '60' }
]

/** Settings of one family: time limits of statements, for which the connection has its own limit, and of idle transactions. */
const SETTINGS_OF: Readonly<Record<ServerFamily, readonly SessionSetting[]>> = {
  mysql: [{ name: 'max_execution_time', value: '0' }],
  mariadb: ['max_statement_time', 'idle_transaction_timeout', 'idle_readonly_transaction_timeout', 'idle_write_transaction_timeout'].map(name => ({ name, value: '0' }))
}

/** Settings that have their own statements. */
const NAMES: readonly SessionSetting[] = [
  ...['character_set_client', 'character_set_connection', 'character_set_results'].map(name => ({ name, value: 'utf8mb4' })),
  { name: 'collation_connection', value: 'utf8mb4_bin' },
  { name: 'transaction_isolation', value: 'READ-COMMITTED' },
  { name: 'transaction_read_only', value: '0' }
]

/** MariaDB's older names, some of which it is going to remove. */
const ALIASES: Readonly<Record<string, string>> = { transaction_isolation: 'tx_isolation', transaction_read_only: 'tx_read_only' }

/** Sets the settings of both families, after ending what init_connect left open (a transaction, locks). */
export const SESSION_START: readonly string[] = [
  setOf(SETTINGS.slice(0, 1)),
  'ROLLBACK',
  'UNLOCK TABLES',
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  setOf(SETTINGS.slice(1)),
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE'
]

/** Sets the settings of the family, and reads back everything for {@link checkSession}. */
export function sessionEnd (family: ServerFamily): [set: string, read: string] {
  const names = settingsOf(family).flatMap(({ name }) => [name, ALIASES[name] ?? name])

  return [setOf(SETTINGS_OF[family]), `SHOW SESSION VARIABLES WHERE Variable_name IN ${listText(new Set(names.map(quote)))}`]
}

/**
 * @param rows names and values as the server reports them
 * @throws ProbeError `PP_STORE_SERVER` with the name of the first setting that has another value
 */
export function checkSession (family: ServerFamily, rows: QueryResult['rows']): void {
  const values = new Map(rows.map(([name, value]) => [String(name), String(value)]))

  for (const { name, value, reads = value } of settingsOf(family)) {
    const found = values.get(name) ?? values.get(ALIASES[name] ?? name) ?? 'unknown'

    if (plain(found) !== plain(reads)) {
      throw new ProbeError('PP_STORE_SERVER', `the database server is not suitable: ${name} is ${found}, though this session set it to ${reads}`, { details: { setting: name } })
    }
  }
}

function settingsOf (family: ServerFamily): SessionSetting[] {
  return [...NAMES, ...SETTINGS, ...SETTINGS_OF[family]]
}

function setOf (settings: readonly SessionSetting[]): string {
  return `SET SESSION ${settings.map(({ name, value }) => `${name} = ${value}`).join()}`
}

// MariaDB reports ON where MySQL reports 1, and 0.000000 for 0; a list of modes has no order.
function plain (value: string): string {
  const word = value === 'ON' ? '1' : value === 'OFF' ? '0' : value

  return /^\d+\.0+$/.test(word) ? String(Number(word)) : word.split(',').sort().join()
}
