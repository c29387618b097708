import { toMilliseconds } from '../../core/time/duration.ts'
import { backupName } from '../../operator/model/naming/names.ts'
import type { DailyBackupConfigInput, StoreConfig } from '../../core/contracts/process-config.ts'
import type { PeerProbe } from '../../operator/api/v1alpha1.ts'

/** The process that makes backups, and its configuration. */
export interface BackupPlan {
  name: string
  config: DailyBackupConfigInput
}

/** Where backups are made from and to. */
export interface BackupSettings {
  store: StoreConfig

  /** Folder of the backups. */
  folder: string

  admin: { port: number }
}

/** The process that backs up the database of a PeerProbe on one machine; undefined where none is asked for. */
export function backupPlanFor ({ metadata, spec: { backup } }: PeerProbe, { store, folder, admin }: BackupSettings): BackupPlan | undefined {
  return backup.enabled
    ? { name: backupName(metadata), config: { admin, store, folder, schedule: backup.schedule, keepMs: toMilliseconds(backup.keep) } }
    : undefined
}
