import { PrepareConfig } from '../../../core/contracts/job-config.ts'
import { runJob } from '../../../core/process/run-job.ts'
import { prepare } from './prepare.ts'

await runJob('prepare', PrepareConfig, prepare)
