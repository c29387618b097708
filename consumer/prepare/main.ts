import { PrepareConfig } from '../../core/contracts/care-config.ts'
import { runJob } from '../../core/run-job.ts'
import { prepare } from './prepare.ts'

await runJob('prepare', PrepareConfig, prepare)
