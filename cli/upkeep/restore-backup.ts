import { restore } from '../../consumer/backup/restore.ts'
import { schemaVersionKnown } from '../../consumer/store/schema-version.ts'
import { defined } from '../../core/defined.ts'
import { ProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { databaseName } from '../../local/database.ts'
import { formatCount } from '../../local/text.ts'
import { writeOut } from '../output/write-out.ts'
import { findSource } from '../source/find-source.ts'
import { rowsOf } from './back-up.ts'
import { chosenBackup } from './chosen-backup.ts'
import type { StoreConfig } from '../../core/contracts/process-config.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `restore`. */
export interface RestoreOptions extends SourceOptions {
  to?: string
  json: boolean
}

/** Restores a backup, or the newest one of a folder, into the empty database that the options choose. */
export async function restoreBackup (path: string, options: RestoreOptions, signal: AbortSignal): Promise<void> {
  const store = await targetOf(options)
  const manifest = await restore({ clock: systemClock, knownSchema: schemaVersionKnown() }, await chosenBackup(path), store, signal)

  await writeOut(options.json
    ? `${JSON.stringify(manifest)}\n`
    : `${databaseName(store)}: ${formatCount(rowsOf(manifest))} rows of ${manifest.takenAt} restored from ${manifest.file}\n`, signal)
}

async function targetOf ({ to, data, config }: RestoreOptions): Promise<StoreConfig> {
  if (to === undefined) {
    return (await findSource(defined({ data, config }))).store
  }
  if (data !== undefined || config !== undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', 'give only one of --to, --data and --config')
  }

  return { sqlite: { path: to } }
}
