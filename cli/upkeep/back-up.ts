import { join } from 'node:path'
import { backUpStore } from '../../consumer/backup/back-up-store.ts'
import { BackupFolder } from '../../consumer/backup/backup-folder.ts'
import { systemClock } from '../../core/time/clock.ts'
import { formatCount } from '../../local/text.ts'
import { writeOut } from '../output/write-out.ts'
import { findSource } from '../source/find-source.ts'
import type { BackupManifest } from '../../consumer/backup/backup-manifest.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `backup`. */
export interface BackupOptions extends SourceOptions {
  to: string
  program?: string
  json: boolean
}

/** Backs up the database that the options choose, and prints where. */
export async function backUp (options: BackupOptions, signal: AbortSignal): Promise<void> {
  const { to, program, json } = options
  const { store } = await findSource(options)
  // The name of a writer is that of its temporary files: another process may back up at the same time.
  const folder = await BackupFolder.open({ path: to, writer: `cli${String(process.pid)}` })
  const manifest = await backUpStore({ clock: systemClock, program }, store, folder, signal)

  await writeOut(json
    ? `${JSON.stringify(manifest)}\n`
    : `${join(to, manifest.file)}: ${formatCount(manifest.bytes)} bytes, ${formatCount(rowsOf(manifest))} rows\n`, signal)
}

/** Number of rows in all tables of a backup. */
export function rowsOf ({ rows }: Pick<BackupManifest, 'rows'>): number {
  return Object.values(rows).reduce((sum, n) => sum + n, 0)
}
