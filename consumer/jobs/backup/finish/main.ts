import { BACKUP_JOB_VARIABLE, BackupJobConfig } from '../../../../core/contracts/job-config.ts'
import { runJob } from '../../../../core/process/run-job.ts'
import { finishBackup, writerOf } from '../backup-steps.ts'

await runJob('backup', BackupJobConfig, async (context, signal) => {
  await finishBackup(context, writerOf(process.env[BACKUP_JOB_VARIABLE]), signal)
})
