import { RetentionConfig } from '../../core/contracts/care-config.ts'
import { runJob } from '../../core/run-job.ts'
import { retain } from './retain.ts'

await runJob('retention', RetentionConfig, retain)
