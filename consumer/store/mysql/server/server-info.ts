// MySQL and MariaDB speak the same protocol and differ in the syntax of an upsert: MariaDB has no row alias, and
// MySQL has deprecated VALUES(). The family is determined once for each connection.
import { ProbeError } from '../../../../core/errors.ts'

/** The two families of servers. */
export type ServerFamily = 'mariadb' | 'mysql'

/** A database server: its product, its version and the settings on which the statements depend. */
export interface ServerInfo {
  family: ServerFamily
  version: string

  /** How an upsert refers to the values that it would insert: by a row alias, or by VALUES(). */
  upsert: 'alias' | 'function'

  /** Maximum number of characters in one packet: half of the server's limit. Statements are ASCII. */
  maxPacketChars: number
}

/** Queries for the values that {@link serverInfoOf} needs, one row each. */
export const SERVER_QUERIES: readonly string[] = [
  'SELECT VERSION(), @@max_allowed_packet, DATABASE(), @@lower_case_table_names, @@innodb_read_only, @@log_bin',
  // Not as @@binlog_format: MySQL has deprecated that variable.
  'SHOW SESSION VARIABLES LIKE \'binlog_format\''
]

const OLDEST = { mariadb: [10, 6, 0], mysql: [8, 0, 0] } as const

// INSERT … VALUES … AS new: https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-19.html
const FIRST_WITH_ALIAS = [8, 0, 19]

const MIN_PACKET_BYTES = 1_048_576

/**
 * The server's properties. Checks those that a session cannot set.
 *
 * @param asked the database that the connection asked for
 * @throws ProbeError `PP_STORE_SERVER` when the server is too old or has an unsuitable setting; `PP_STORE_UNAVAILABLE` when it is read-only
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
    throw new ProbeError('PP_STORE_UNAVAILABLE', 'the database server is read-only: innodb_read_only is on', { details: { takesNoWrites: true } })
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
    throw new ProbeError('PP_STORE_SERVER', `the database server is not suitable: ${what}`)
  }
}

function isBefore (version: readonly number[], than: readonly number[]): boolean {
  const i = than.findIndex((n, j) => n !== version[j])

  return i >= 0 && !((version[i] ?? 0) > (than[i] ?? 0))
}
