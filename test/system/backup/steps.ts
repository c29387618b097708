// The three steps of a backup in a pod, here one after the other on this machine.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { beginBackup, finishBackup, writerOf } from '../../../consumer/jobs/backup/backup-steps.ts'
import { optionFileIn, readBegun } from '../../../consumer/jobs/backup/begun-backup.ts'
import { isProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { dumperOf, fill, newStore, PASSWORD } from './backup-database.ts'
import type { BackupJobConfig } from '../../../core/contracts/job-config.ts'
import type { JobContext } from '../../../core/process/run-job.ts'
import type { BackupRig } from './backup-database.ts'

const { signal } = new AbortController()
const WRITER = writerOf('probe-backup-2.9')

async function jobIn (rig: BackupRig, temp: TempFolder): Promise<JobContext<BackupJobConfig>> {
  const { database, store } = await newStore(rig)
  await fill(store, 1)
  await store[Symbol.asyncDispose]()
  mkdirSync(temp.file('work'))

  return { config: { mysql: dumperOf(rig, database), folder: temp.file('backups'), workFolder: temp.file('work'), keepMs: 86_400_000 }, log: createLogger({ level: 'silent' }), clock: systemClock }
}

function dump ({ config }: JobContext<BackupJobConfig>, [command, ...args]: readonly string[]): void {
  execFileSync(command!, [...args, `--defaults-file=${optionFileIn(config.workFolder)}`, config.mysql.database], { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** The steps of the job. */
export function backupSteps (rigOf: () => BackupRig): void {
  suite('the steps of a backup in a pod', () => {
    test('make one backup; the password is in no argument and no file that remains', async () => {
      using temp = new TempFolder()
      const job = await jobIn(rigOf(), temp)
      await beginBackup(job, WRITER)
      assert.equal(statSync(optionFileIn(temp.file('work'))).mode & 0o777, 0o600)
      assert.deepEqual((await readBegun(temp.file('work'))).dump, temp.file('backups/peerprobe-dump.probe-backup-2-9.tmp'))
      dump(job, rigOf().programs['mariadb-dump']!)
      await finishBackup(job, WRITER, signal)
      const [file, manifest, ...others] = readdirSync(temp.file('backups')).sort()

      assert.deepEqual([manifest, others], [`${file ?? ''}.json`, []])
      assert.doesNotMatch(readFileSync(temp.file(`backups/${manifest ?? ''}`), 'utf8'), new RegExp(RegExp.escape(PASSWORD)))
    })

    test('a dump that is cut off becomes no backup; the next try removes what the last one left', async () => {
      using temp = new TempFolder()
      const job = await jobIn(rigOf(), temp)
      await assert.rejects(finishBackup(job, WRITER, signal), err => isProbeError(err, 'PP_BACKUP_FAILED'))
      await beginBackup(job, WRITER)
      dump(job, rigOf().programs['mariadb-dump']!)
      const { dump: path } = await readBegun(temp.file('work'))
      writeFileSync(path, readFileSync(path).subarray(0, -100))
      await assert.rejects(finishBackup(job, WRITER, signal), err => isProbeError(err, 'PP_BACKUP_INVALID'))
      await assert.rejects(finishBackup(job, WRITER, signal), err => isProbeError(err, 'PP_BACKUP_FAILED') && err.message.includes('ENOENT'))
      assert.deepEqual(readdirSync(temp.file('backups')), [])

      writeFileSync(path, 'of a killed try')
      await beginBackup(job, WRITER)
      assert.deepEqual(readdirSync(temp.file('backups')), [])
    })
  })
}
