import { join } from 'node:path'
import { AdminServer } from '../../../core/admin/admin-server.ts'
import { openCounter, readGauge } from '../../../core/metrics/open-metric.ts'
import { CronSchedule } from '../../../core/time/cron-schedule.ts'
import { backUpStore } from '../../backup/back-up-store.ts'
import { BackupFolder } from '../../backup/backup-folder.ts'
import { BACKUP_METRICS } from '../../metrics/backup-metric-definitions.ts'
import { BackupLoop } from './backup-loop.ts'
import type { DailyBackupConfig } from '../../../core/contracts/process-config.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { Registry } from '../../../core/process/metrics.ts'
import type { ComponentContext } from '../../../core/process/run-component.ts'

// One process of a data folder makes its backups, so that what an earlier one left can be removed at once.
const WRITER = 'daily'

/** Calls of the process's owner. */
export interface BackupHooks {
  /** Called with the port of the admin server once it answers. */
  onReady: (adminPort: number) => void
}

/** Backs the database of this machine up by a schedule until `signal` aborts. */
export async function runBackups (context: ComponentContext<DailyBackupConfig>, { onReady }: BackupHooks, signal: AbortSignal): Promise<void> {
  const { config, log, registry, progress, clock } = context
  const { store, folder: path, schedule, keepMs } = config
  const open = async (): Promise<BackupFolder> => await BackupFolder.open({ path, writer: WRITER })
  // A dump cut off by a stop would be tried again anyway, from its beginning.
  const unbroken = new AbortController().signal
  const loop = new BackupLoop({
    clock,
    log,
    schedule: new CronSchedule(schedule),
    list: async () => await (await open()).list(),
    pathOf: file => join(path, file),
    backUp: async () => {
      const folder = await open()
      const manifest = await backUpStore({ clock }, store, folder, unbroken)

      for (const file of await folder.removeOlder(clock.now() - keepMs)) {
        log.info({ file }, 'old backup removed')
      }

      return manifest
    },
    onFailure: countIn(registry)
  })
  addGauges(registry, loop)
  await using server = await AdminServer.open({
    log,
    progress,
    registry,
    notReady: () => signal.aborted ? 'stopping' : undefined,
    status: () => loop.status
  }, config.admin)
  onReady(server.port)
  await loop.run(signal)
}

function addGauges (registry: Registry, loop: BackupLoop): void {
  readGauge(registry, BACKUP_METRICS.lastSuccess, () => loop.last === undefined ? undefined : Date.parse(loop.last.finishedAt) / 1_000)
  readGauge(registry, BACKUP_METRICS.size, () => loop.last?.bytes)
}

function countIn (registry: Registry): (code: ErrorCode) => void {
  const failures = openCounter(registry, BACKUP_METRICS.failures)

  return (code) => {
    failures.inc({ code })
  }
}
