// A backup in a cluster has three steps, each a container of one pod: this program looks at database and disk and writes
// the options of the dump program; the dump program, from an image of its own, writes the dump; this program packs it.
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProbeError } from '../../../core/errors.ts'
import { PRIVATE_FILE } from '../../../core/files/private-file.ts'
import { BackupFolder, expectedBytes } from '../../backup/backup-folder.ts'
import { dumpOptions, systemAuthorities } from '../../backup/dump-options.ts'
import { lookAtDatabase } from '../../backup/dump-target.ts'
import { bytesOf, sqlDump } from '../../backup/sql-dump.ts'
import { optionFileIn, readBegun, writeBegun } from './begun-backup.ts'
import type { BackupJobConfig } from '../../../core/contracts/job-config.ts'
import type { JobContext } from '../../../core/process/run-job.ts'

/** The step that begins a backup. @throws ProbeError `PP_DISK_LOW`, `PP_BACKUP_FAILED`, or a code of the store */
export async function beginBackup ({ config, log, clock }: JobContext<BackupJobConfig>, writer: string): Promise<void> {
  const { folder: path, workFolder, mysql } = config
  const folder = await BackupFolder.open({ path, writer })
  await folder.removeLeftovers(clock.now())
  const takenAt = new Date(clock.now()).toISOString()
  const { kind, serverVersion, tableBytes } = await lookAtDatabase(clock, mysql)
  const last = (await folder.list()).at(-1)
  const { raw, packed } = last === undefined ? { raw: tableBytes, packed: tableBytes / 2 } : expectedBytes(last)
  await folder.requireRoom(raw + packed)
  const dump = folder.temporary('dump')
  const authorities = join(workFolder, 'authorities.pem')
  await writeFile(authorities, systemAuthorities(), { mode: PRIVATE_FILE })
  await writeFile(optionFileIn(workFolder), await dumpOptions(mysql, { result: dump, authorities }), { mode: PRIVATE_FILE })
  await writeBegun(workFolder, { kind, serverVersion, takenAt, dump })
  log.info({ kind, serverVersion, file: dump }, 'backup begun')
}

/** The step that makes the dump a backup, and removes old ones. @throws ProbeError `PP_BACKUP_INVALID`, `PP_BACKUP_FAILED` */
export async function finishBackup ({ config, log, clock }: JobContext<BackupJobConfig>, writer: string, signal: AbortSignal): Promise<void> {
  const { folder: path, workFolder, keepMs } = config
  const { dump, ...facts } = await readBegun(workFolder)
  const folder = await BackupFolder.open({ path, writer })

  try {
    const { file, bytes, rows, schemaVersion } = await folder.write(facts, sqlDump(bytesOf(dump)), () => clock.now(), signal)
    log.info({ file, bytes, rows, schemaVersion }, 'backup written')
  } catch (err) {
    throw err instanceof Error && 'syscall' in err ? new ProbeError('PP_BACKUP_FAILED', `${dump}: ${err.message}`, { cause: err }) : err
  } finally {
    await rm(dump, { force: true })
  }

  for (const file of await folder.removeOlder(clock.now() - keepMs)) {
    log.info({ file }, 'old backup removed')
  }
}

/** What tells the temporary files of a Job from those of others: its name, the same for all its tries. */
export function writerOf (job: string | undefined): string {
  return (job ?? '').replaceAll(/[^0-9A-Za-z-]/g, '-') || 'backup'
}
