import { createConnection } from 'mysql2'
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { connectionOptionsFor } from '../store/mysql/server/connection-options.ts'
import { MysqlConnection } from '../store/mysql/server/connection.ts'
import { MYSQL_VALUES, onlyNumber } from '../store/mysql/server/mysql-values.ts'
import { withNamedLock } from '../store/mysql/server/named-lock.ts'
import { asStoreError } from '../store/mysql/server/store-error.ts'
import { DumpCheck, headOf } from './dump-check.ts'
import { statementToRun } from './dump-statements.ts'
import { contentsOf } from './opened-backup.ts'
import type { MysqlConfig } from '../../core/contracts/process-config.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BackupManifest } from './backup-manifest.ts'
import type { Connection } from 'mysql2'

const LOCK_WAIT_S = 5

/** A backup, and what its manifest says. */
interface RestoredBackup { backup: string, manifest: BackupManifest }

/** Counting reads whole tables. */
const COUNT_TIMEOUT_MS = 3_600_000

const NO_CHANCE = 'drop the database, create it again, and restore again'

/**
 * Restores a dump into an empty database, statement by statement, and then counts the rows.
 *
 * @throws ProbeError `PP_RESTORE_REFUSED` before anything is written, `PP_RESTORE_FAILED` or `PP_BACKUP_INVALID` after, or a code of the store
 */
export async function restoreMysql (clock: Clock, { backup, manifest }: RestoredBackup, config: MysqlConfig, signal: AbortSignal): Promise<void> {
  await using guard = await MysqlConnection.open(clock, config)
  // Consumers and prepare jobs that start meanwhile wait for this lock, and so does another restore.
  await withNamedLock(guard, 'migrate', LOCK_WAIT_S, async () => {
    await refuseUnfit(guard, manifest, config)
    await runDump(backup, config, signal)
    await compareRows(guard, manifest)
  })
}

async function refuseUnfit (connection: MysqlConnection, { kind, serverVersion }: BackupManifest, { database }: MysqlConfig): Promise<void> {
  const { family, version } = connection.server

  if (family !== kind) {
    throw new ProbeError('PP_RESTORE_REFUSED', `the backup is one of ${kind} ${serverVersion}, and the database server is ${family} ${version}: restore into a server of the same kind`)
  }

  const { rows } = await connection.query('SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME LIMIT 1')

  if (rows[0] !== undefined) {
    throw new ProbeError('PP_RESTORE_REFUSED', `the database ${database} is not empty, it has ${escapeControlChars(MYSQL_VALUES.text(rows[0][0], 'TABLE_NAME'))}: create another database and restore there, or drop this one and create it again`)
  }
}

async function runDump (backup: string, config: MysqlConfig, signal: AbortSignal): Promise<void> {
  // Each statement is sent alone: a text that the server cuts in another way than this program cannot become two.
  const connection = createConnection({ ...await connectionOptionsFor(config), multipleStatements: false })
  // A failure between two statements is reported by the next.
  connection.on('error', () => undefined)

  try {
    await send(connection, 'SET SESSION autocommit = 1')
    const check = new DumpCheck()

    for await (const chunk of contentsOf(backup)) {
      for (const statement of check.push(chunk)) {
        signal.throwIfAborted()
        await send(connection, statementToRun(statement.text.toString(), headOf(statement)))
      }
    }

    check.end()
  } catch (err) {
    const failure = asStoreError(err, config)
    throw isProbeError(failure) && failure.code.startsWith('PP_STORE_') ? new ProbeError('PP_RESTORE_FAILED', `${failure.message}: ${NO_CHANCE}`, { cause: err }) : failure
  } finally {
    connection.destroy()
  }
}

async function compareRows (connection: MysqlConnection, manifest: BackupManifest): Promise<void> {
  for (const [table, expected] of Object.entries(manifest.rows)) {
    const count = onlyNumber(await connection.query(`SELECT COUNT(*) FROM \`${table.replaceAll('`', '``')}\``, COUNT_TIMEOUT_MS), 'COUNT(*)')

    if (count !== expected) {
      throw new ProbeError('PP_RESTORE_FAILED', `the table ${table} has ${String(count)} rows, and the backup has ${String(expected)}: ${NO_CHANCE}`)
    }
  }
}

async function send (connection: Connection, statement: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  connection.query(statement, (err) => {
    if (err === null) {
      resolve(undefined)
    } else {
      reject(err instanceof Error ? err : new Error(errorText(err)))
    }
  })
  await promise
}
