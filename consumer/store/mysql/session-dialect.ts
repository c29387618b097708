import { ProbeError } from '../../../core/errors.ts'
import { MYSQL_RECORDS } from './record-dialect.ts'
import { onlyNumber } from './server/mysql-values.ts'
import type { SessionDialect } from '../sessions/session-dialect.ts'
import type { MysqlConnection } from './server/connection.ts'

/** A page of visits may have to be read from the disk. */
const TIMEOUT_MS = 300_000

/** How sessions are read and written on MySQL and MariaDB, by one connection. */
export function mysqlSessions (connection: MysqlConnection): SessionDialect {
  return {
    ...MYSQL_RECORDS,
    byPeer: 'FORCE INDEX (visit_by_peer)',
    query: async sql => (await connection.query(sql, TIMEOUT_MS)).rows,
    write: async (statements, guard) => await connection.inTransaction(async () => {
      if (guard !== undefined && onlyNumber(await connection.query(`${guard.sql} LOCK IN SHARE MODE`), 'generation') !== guard.expected) {
        throw new ProbeError('PP_STORE_CONFLICT', 'another derivation of sessions has begun: this one ends, and that one goes on')
      }

      return (await connection.run(statements, TIMEOUT_MS)).map(({ written }) => written)
    })
  }
}
