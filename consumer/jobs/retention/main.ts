import { RetentionConfig } from '../../../core/contracts/job-config.ts'
import { runJob } from '../../../core/process/run-job.ts'
import { retain } from './retain.ts'

await runJob('retention', RetentionConfig, retain)
