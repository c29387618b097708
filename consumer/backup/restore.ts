import { ProbeError } from '../../core/errors.ts'
import { checkedBackup } from './opened-backup.ts'
import { restoreMysql } from './restore-mysql.ts'
import { restoreSqlite } from './restore-sqlite.ts'
import type { StoreConfig } from '../../core/contracts/process-config.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BackupManifest } from './backup-manifest.ts'

/** Dependencies of a restore. */
export interface RestoreDeps {
  clock: Clock

  /** The newest version of the tables that this program knows. */
  knownSchema: number
}

/**
 * Restores a backup into an empty database, and checks that it has the rows that the backup has.
 *
 * @param backup path of the backup; its manifest must be next to it
 * @throws ProbeError `PP_BACKUP_INVALID`, `PP_RESTORE_REFUSED`, `PP_RESTORE_FAILED`, `PP_STORE_SCHEMA` for a backup of a newer version, or a code of the store
 */
export async function restore ({ clock, knownSchema }: RestoreDeps, backup: string, store: StoreConfig, signal: AbortSignal): Promise<BackupManifest> {
  const manifest = await checkedBackup(backup, signal)

  if (manifest.schemaVersion > knownSchema) {
    throw new ProbeError('PP_STORE_SCHEMA', `${backup}: its tables have version ${String(manifest.schemaVersion)}, and this program knows ${String(knownSchema)}: restore it with the version of PeerProbe that made it, or a newer one`)
  }

  const target = store.sqlite === undefined ? 'a MySQL or MariaDB database' : 'a SQLite file'

  if ((manifest.kind === 'sqlite') !== (store.sqlite !== undefined)) {
    throw new ProbeError('PP_RESTORE_REFUSED', `${backup} is a backup of ${manifest.kind}, and the configured database is ${target}`)
  }
  if (store.sqlite !== undefined) {
    await restoreSqlite(backup, manifest, store.sqlite.path, signal)
  } else if (store.mysql !== undefined) {
    await restoreMysql(clock, { backup, manifest }, store.mysql, signal)
  }

  return manifest
}
