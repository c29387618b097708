import { fileURLToPath } from 'node:url'
import { defined } from '../../../core/defined.ts'
import { pendingMigrations, readMigrations } from '../migrations/migrations.ts'
import { storeTimeOf } from '../model/store-time.ts'
import { adoptPredecessor, completeAdoption } from './adoption/adopt.ts'
import { isAtWork, listPrograms } from './adoption/retire-programs.ts'
import { makePartitions } from './partitions.ts'
import { MYSQL_VALUES } from './server/mysql-values.ts'
import { withNamedLock } from './server/named-lock.ts'
import { quote } from './server/sql-text.ts'
import type { MigrationReport } from '../model/node-store.ts'
import type { MysqlConnection } from './server/connection.ts'

const LOCK_WAIT_S = 120

/** A migration may rewrite tables. */
const TIMEOUT_MS = 3_600_000

const MIGRATION_TABLE = `CREATE TABLE IF NOT EXISTS schema_migration (
  version INT UNSIGNED NOT NULL PRIMARY KEY,
  name VARCHAR(128) NOT NULL,
  checksum CHAR(64) NOT NULL,
  applied_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`

/** Folder of the migrations of this version. */
export const MYSQL_MIGRATIONS = fileURLToPath(new URL('../migrations/mysql', import.meta.url))

/** Brings the tables to the schema of the migrations, and takes over the tables of a predecessor. Safe to run twice, and from two processes at once. */
export async function migrateMysql (connection: MysqlConnection, folder: string, nowMs: number): Promise<MigrationReport> {
  return await withNamedLock(connection, 'migrate', LOCK_WAIT_S, async () => {
    await connection.query(MIGRATION_TABLE)
    const { rows } = await connection.query('SELECT version, name, checksum FROM schema_migration ORDER BY version')
    const applied = rows.map(([version, name, checksum]) => ({
      version: MYSQL_VALUES.number(version, 'version'),
      name: MYSQL_VALUES.text(name, 'name'),
      checksum: MYSQL_VALUES.text(checksum, 'checksum')
    }))
    const known = readMigrations(folder)
    const pending = pendingMigrations(known, applied)
    const before = applied.length === 0 ? await adoptPredecessor(connection, known[0]?.sql ?? '', nowMs) : undefined

    for (const { version, name, sql, checksum } of pending) {
      await connection.query(sql, TIMEOUT_MS)
      const values = [String(version), ...[name, checksum, storeTimeOf(nowMs)].map(quote)]
      await connection.query(`INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (${values.join()})`)
    }

    const adopted = before ?? await completeAdoption(connection, nowMs)
    await makePartitions(connection, nowMs)

    return {
      applied: pending.map(({ version }) => version),
      ...defined({ adopted }),
      ...applied.length > 0 && pending.length > 0 && await writersOf(connection)
    }
  })
}

// An earlier version did not find every program that may write the tables it took over: an upgrade reports them.
async function writersOf (connection: MysqlConnection): Promise<Pick<MigrationReport, 'writers'>> {
  const writers = (await listPrograms(connection)).programs.filter(isAtWork)

  return writers.length === 0 ? {} : { writers }
}
