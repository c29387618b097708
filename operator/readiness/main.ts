/** `node operator/readiness/main.ts URL`: checks that the operator behind a Service is ready. The chart's `helm test` runs it in a pod. */
import { Command } from 'commander'
import { VERSION } from '../../core/process/build-info.ts'
import { runCommand } from '../../core/process/run-command.ts'
import { nonEmpty } from '../../core/text/option-text.ts'
import { systemClock } from '../../core/time/clock.ts'
import { awaitReady } from './await-ready.ts'

// Longer than an upgrade of the chart takes.
const LIMITS = { limitMs: 30_000, everyMs: 1_000, answerMs: 5_000 }
const STOP_TIMEOUT_MS = 5_000

const [url] = new Command('peerprobe-operator-readiness')
  .description('Waits until the operator at a URL is ready.')
  .version(VERSION)
  .argument('<url>', 'URL of the operator\'s Service, such as http://probe-operator.peerprobe-system.svc:9090', nonEmpty)
  .parse()
  .processedArgs as [string]

await runCommand(async (signal) => {
  await awaitReady({ clock: systemClock, fetch }, url, LIMITS, signal)
  process.stdout.write(`the operator at ${url} is ready\n`)
}, { stopTimeoutMs: STOP_TIMEOUT_MS })
