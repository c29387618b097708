import { join } from 'node:path'
import { BackupFolder } from '../../consumer/backup/backup-folder.ts'
import { backUpMysql } from '../../consumer/backup/mysql-backup.ts'
import { backUpSqlite } from '../../consumer/backup/sqlite-backup.ts'
import { ProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { formatCount } from '../../local/text.ts'
import { writeOut } from '../output/write-out.ts'
import { findSource } from '../source/find-source.ts'
import type { BackupManifest } from '../../consumer/backup/backup-manifest.ts'
import type { StoreConfig } from '../../core/contracts/process-config.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `backup`. */
export interface BackupOptions extends SourceOptions {
  to: string
  program: string
  json: boolean
}

/** Backs up the database that the options choose, and prints where. */
export async function backUp (options: BackupOptions, signal: AbortSignal): Promise<void> {
  const { to, program, json } = options
  const { store } = await findSource(options)
  // The name of a writer is that of its temporary files: another process may back up at the same time.
  const folder = await BackupFolder.open({ path: to, writer: `cli${String(process.pid)}` })
  const manifest = await write(store, folder, { program }, signal)

  await writeOut(json
    ? `${JSON.stringify(manifest)}\n`
    : `${join(to, manifest.file)}: ${formatCount(manifest.bytes)} bytes, ${formatCount(rowsOf(manifest))} rows\n`, signal)
}

async function write ({ sqlite, mysql }: StoreConfig, folder: BackupFolder, { program }: { program: string }, signal: AbortSignal): Promise<BackupManifest> {
  if (sqlite !== undefined) {
    return await backUpSqlite(systemClock, sqlite.path, folder, signal)
  }
  if (mysql !== undefined) {
    return await backUpMysql({ clock: systemClock, program: [program] }, mysql, folder, signal)
  }

  throw new ProbeError('PP_CONFIG_INVALID', 'store: must have exactly one of sqlite and mysql')
}

/** Number of rows in all tables of a backup. */
export function rowsOf ({ rows }: Pick<BackupManifest, 'rows'>): number {
  return Object.values(rows).reduce((sum, n) => sum + n, 0)
}
