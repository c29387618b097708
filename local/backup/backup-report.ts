import { join } from 'node:path'
import { BackupFolder } from '../../consumer/backup/backup-folder.ts'
import { errorText, isProbeError } from '../../core/errors.ts'
import type { BackupPlan } from './backup-plan.ts'
import type { BackupReport, BackupWatch } from './backup-watch.ts'

/**
 * What became of the backups of a run: the newest whole one of the folder, which may have been complete only when the run
 * stopped, and the last failure unless a backup has succeeded since. Undefined where no backups are asked for.
 */
export async function backupReport (plan: BackupPlan | undefined, { report }: Pick<BackupWatch, 'report'>): Promise<BackupReport | undefined> {
  if (plan === undefined) {
    return undefined
  }

  const seen = report ?? { last: null, failure: null }

  try {
    const last = await newestIn(plan.config.folder) ?? seen.last

    return { last, failure: isRepaired(seen, last) ? null : seen.failure }
  } catch (err) {
    if (!isProbeError(err)) {
      throw err
    }

    // The folder is gone or was never there: the results of the crawls are reported all the same.
    return { last: seen.last, failure: seen.failure ?? { code: err.code, message: errorText(err), at: new Date().toISOString() } }
  }
}

function isRepaired ({ failure }: BackupReport, last: BackupReport['last']): boolean {
  return failure !== null && last !== null && last.finishedAt > failure.at
}

async function newestIn (path: string): Promise<BackupReport['last'] | undefined> {
  const folder = await BackupFolder.open({ path, writer: 'report' })

  return (await folder.list()).map(({ file, takenAt, finishedAt, bytes }) => ({ path: join(path, file), takenAt, finishedAt, bytes })).at(-1)
}
