import { MysqlConnection } from '../store/mysql/server/connection.ts'
import { MYSQL_VALUES, onlyNumber } from '../store/mysql/server/mysql-values.ts'
import type { MysqlConfig } from '../../core/contracts/process-config.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { ServerFamily } from '../store/mysql/server/server-info.ts'

/** A database before it is dumped. */
export interface DumpTarget {
  kind: ServerFamily
  serverVersion: string

  /** About how many bytes its tables and indexes have, for the room that a first dump needs. */
  tableBytes: number
}

/**
 * Looks at the database before it is dumped: a failure has a code here, while that of the program that dumps it is a text.
 *
 * @throws ProbeError with a code that begins with `PP_STORE_`
 */
export async function lookAtDatabase (clock: Clock, config: MysqlConfig): Promise<DumpTarget> {
  await using connection = await MysqlConnection.open(clock, config)
  const { family, version } = connection.server
  const [size, migrations] = await connection.run([
    'SELECT COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
    'SELECT COUNT(*) FROM schema_migration'
  ])
  onlyNumber(migrations, 'COUNT(*)')

  return { kind: family, serverVersion: version, tableBytes: Number(MYSQL_VALUES.textOrNumber(size?.rows[0]?.[0], 'size')) }
}
