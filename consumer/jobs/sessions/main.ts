import { SessionsConfig } from '../../../core/contracts/job-config.ts'
import { runJob } from '../../../core/process/run-job.ts'
import { deriveOnce } from './run-sessions.ts'

await runJob('sessions', SessionsConfig, deriveOnce)
