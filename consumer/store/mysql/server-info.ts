// Two families speak the same protocol and differ in the form of an upsert: MariaDB has no row
// alias, and MySQL means to drop VALUES(). Which one answers is found out once for each connection.
import { ProbeError } from '../../../core/errors.ts'
import type { SqlValue } from './query-result.ts'

/** What the adapter needs to know of a server. */
export interface ServerInfo {
  family: 'mariadb' | 'mysql'
  version: string

  /** How an upsert names the values that it would insert: after an alias, or by a function. */
  upsert: 'alias' | 'function'

  /** UTF-16 units that one packet holds at most: half of what the server takes, whatever the characters. */
  maxPacketChars: number
}

/** Query for the values that {@link serverInfoOf} takes. */
export const SERVER_QUERY = 'SELECT VERSION(), @@session.sql_mode, @@session.time_zone, @@max_allowed_packet'

const OLDEST = { mariadb: [10, 6, 0], mysql: [8, 0, 0] } as const

// INSERT … VALUES … AS new: https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-19.html
const FIRST_WITH_ALIAS = [8, 0, 19]

// A UTF-16 unit takes at most 3 bytes of UTF-8.
const BYTES_PER_UNIT = 3

const MIN_PACKET_BYTES = 1_048_576

/** @throws ProbeError `PP_STORE_SERVER` when the server is too old or a session setting did not take effect */
export function serverInfoOf ([version, sqlMode, timeZone, maxPacketBytes]: readonly SqlValue[]): ServerInfo {
  const text = String(version)
  const modes = String(sqlMode).split(',')
  const family = /mariadb/i.test(text) ? 'mariadb' : 'mysql'
  const numbers = text.split(/[.-]/, 3).map(Number)

  refuseIf(isBefore(numbers, OLDEST[family]), `${family} ${text} is older than ${OLDEST[family].join('.')}`)
  refuseIf(!modes.some(mode => /^STRICT_(TRANS|ALL)_TABLES$/.test(mode)), 'sql_mode is not strict, though this session asked for it')
  // Values are escaped with backslashes: where those mean nothing, a text could end its literal.
  refuseIf(modes.includes('NO_BACKSLASH_ESCAPES'), 'sql_mode holds NO_BACKSLASH_ESCAPES, though this session asked for none')
  refuseIf(timeZone !== '+00:00', `time_zone is ${String(timeZone)}, though this session asked for UTC`)
  refuseIf(Number(maxPacketBytes) < MIN_PACKET_BYTES, `max_allowed_packet is ${String(maxPacketBytes)}: it must be at least ${String(MIN_PACKET_BYTES)}`)

  return {
    family,
    version: text,
    upsert: family === 'mysql' && !isBefore(numbers, FIRST_WITH_ALIAS) ? 'alias' : 'function',
    maxPacketChars: Math.floor(Number(maxPacketBytes) / 2 / BYTES_PER_UNIT)
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
