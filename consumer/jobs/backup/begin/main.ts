import { BACKUP_JOB_VARIABLE, BackupJobConfig } from '../../../../core/contracts/job-config.ts'
import { runJob } from '../../../../core/process/run-job.ts'
import { beginBackup, writerOf } from '../backup-steps.ts'

await runJob('backup', BackupJobConfig, async (context) => {
  await beginBackup(context, writerOf(process.env[BACKUP_JOB_VARIABLE]))
})
