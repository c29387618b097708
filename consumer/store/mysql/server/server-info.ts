// Two families speak the same protocol and differ in the form of an upsert: MariaDB has no row
// alias, and MySQL means to drop VALUES(). Which one answers is found out once for each connection.
import { ProbeError } from '../../../../core/errors.ts'

/** Whose server it is. */
export type ServerFamily = 'mariadb' | 'mysql'

/** A database server: its product, its version and the settings on which the statements depend. */
export interface ServerInfo {
  family: ServerFamily
  version: string

  /** How an upsert names the values that it would insert: after an alias, or by a function. */
  upsert: 'alias' | 'function'

  /** Characters that one packet holds at most: half of what the server takes. Statements are ASCII. */
  maxPacketChars: number
}

/** Queries for the values that {@link serverInfoOf} takes, one row each. */
export const SERVER_QUERIES: readonly string[] = [
  'SELECT VERSION(), @@max_allowed_packet, DATABASE(), @@lower_case_table_names, @@innodb_read_only, @@log_bin',
  // Not as @@binlog_format: MySQL means to drop that variable.
  'SHOW SESSION VARIABLES LIKE \'binlog_format\''
]

const OLDEST = { mariadb: [10, 6, 0], mysql: [8, 0, 0] } as const

// INSERT … VALUES … AS new: https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-19.html
const FIRST_WITH_ALIAS = [8, 0, 19]

const MIN_PACKET_BYTES = 1_048_576

/**
 * What the server is, checked for what no session can set for itself.
 *
 * @param asked the database that the connection asked for
 * @throws ProbeError `PP_STORE_SERVER` when the server is too old or a setting does not suit; `PP_STORE_UNAVAILABLE` when it takes no writes
 */
export function serverInfoOf (answers: readonly unknown[], asked: string): ServerInfo {
  const [version, maxPacketBytes, database, foldsCase, innodbReadOnly, logsChanges, , logFormat] = answers
  const text = String(version)
  const family = /mariadb/i.test(text) ? 'mariadb' : 'mysql'
  const numbers = text.split(/[.-]/, 3).map(Number)
  const isAsked = foldsCase === 0 ? database === asked : String(database).toLowerCase() === asked.toLowerCase()

  refuseIf(isBefore(numbers, OLDEST[family]), `${family} ${text} is older than ${OLDEST[family].join('.')}`)
  refuseIf(Number(maxPacketBytes) < MIN_PACKET_BYTES, `max_allowed_packet is ${String(maxPacketBytes)}: it must be at least ${String(MIN_PACKET_BYTES)}`)
  refuseIf(!isAsked, `init_connect leaves the session in the database ${String(database)}, not in ${asked}`)
  // InnoDB refuses READ COMMITTED there (error 1665), and only an administrator may change it for a session.
  refuseIf(logsChanges === 1 && logFormat === 'STATEMENT', 'binlog_format is STATEMENT: set it to ROW or MIXED')

  if (innodbReadOnly === 1) {
    throw new ProbeError('PP_STORE_UNAVAILABLE', 'the database server takes no writes: innodb_read_only is on', { details: { takesNoWrites: true } })
  }

  return {
    family,
    version: text,
    upsert: family === 'mysql' && !isBefore(numbers, FIRST_WITH_ALIAS) ? 'alias' : 'function',
    maxPacketChars: Math.floor(Number(maxPacketBytes) / 2)
  }
}

function refuseIf (isUnfit: boolean, what: string): void {
  if (isUnfit) {
    throw new ProbeError('PP_STORE_SERVER', `the database server does not suit: ${what}`)
  }
}

function isBefore (version: readonly number[], than: readonly number[]): boolean {
  const i = than.findIndex((n, j) => n !== version[j])

  return i >= 0 && !((version[i] ?? 0) > (than[i] ?? 0))
}
