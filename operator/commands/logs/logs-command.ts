import { errorText, isProbeError, ProbeError } from '../../../core/errors.ts'
import { EXIT } from '../../../core/process/process.ts'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import { nonEmpty, wholeNumber } from '../../../core/text/option-text.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { CONTAINER } from '../../model/pod/pod.ts'
import { timeLimit } from '../access/option-values.ts'
import { readProbe } from '../access/read-probes.ts'
import { runInCluster, withClusterOptions } from '../access/run-in-cluster.ts'
import { followLogs } from './follow-logs.ts'
import { podLog } from './pod-log.ts'
import { podSelector, readPods } from './probe-pods.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ClusterOptions, InCluster } from '../access/run-in-cluster.ts'
import type { LogChoice } from './pod-log.ts'
import type { Command } from 'commander'

interface LogsOptions extends ClusterOptions {
  scan?: string
  consumers: boolean
  follow: boolean
  previous: boolean
  tail?: number
  since?: number
}

const HELP = `
Each line is JSON (level, time, msg, and what it is about). With several pods each line begins with the name of its pod.

Examples:
  kubectl peerprobe logs amino --scan main -f             the crawler of one scan, as it goes
  kubectl peerprobe logs amino --consumers --since 10m    all consumers
  kubectl peerprobe logs amino --scan main --previous     why the crawler started again
  kubectl peerprobe logs amino --scan main | jq -c 'select(.level >= 40)'

Exit codes:
  0   they were shown
  1   the API server refused (the rights to list pods and to get pods/log are needed) or did not answer; a pod had no log
  64  there is no such PeerProbe, scan or pod, or an option is wrong`

/** Adds `logs`. */
export function addLogsCommand (program: Command): void {
  withClusterOptions(program.command('logs'))
    .description('shows the logs of the pods of a PeerProbe')
    .argument('<name>', 'PeerProbe', nonEmpty)
    .option('--scan <name>', 'only the crawler of this scan', nonEmpty)
    .option('--consumers', 'only the consumers', false)
    .option('-f, --follow', 'go on with what is written from now on, also of pods that start later', false)
    .option('-p, --previous', 'of the containers before their last restart', false)
    .option('--tail <lines>', 'only so many lines from the end of each', wholeNumber(0, 1_000_000))
    .option('--since <duration>', 'only lines of the last 90s, 10m, 2h', timeLimit)
    .addHelpText('after', HELP)
    .action(async (name: string, options: LogsOptions) => {
      await runInCluster(options, async (cluster, signal) => {
        await showLogs(cluster, name, options, signal)
      })
    })
}

async function showLogs ({ client, namespace }: InCluster, name: string, options: LogsOptions, signal: AbortSignal): Promise<void> {
  const { scan, consumers, follow, previous, tail, since } = options

  if (scan !== undefined && consumers) {
    throw new ProbeError('PP_CONFIG_INVALID', '--scan and --consumers: give one of them')
  }
  if (follow && previous) {
    throw new ProbeError('PP_CONFIG_INVALID', '--follow and --previous: a container that has ended writes nothing more; give one of them')
  }

  const labelSelector = podSelector(await readProbe(client, { namespace, name }, signal), { scan, consumers })
  const pods = await readPods(client, namespace, labelSelector, signal)
  const choice: LogChoice = { container: CONTAINER, tail, sinceSeconds: since === undefined ? undefined : Math.ceil(since / 1_000), previous }
  const print = (pod: string, text: string): void => {
    process.stdout.write(`${follow || pods.length > 1 ? `${pod} ` : ''}${escapeControlChars(text)}\n`)
  }

  if (pods.length === 0 && !follow) {
    throw new ProbeError('PP_CONFIG_INVALID', `PeerProbe ${namespace}/${name} has no pods there (${labelSelector}): kubectl peerprobe status ${name} -n ${namespace}`)
  }

  if (follow) {
    await followLogs({ client, clock: systemClock, onLine: print }, { namespace, labelSelector }, choice, signal)
  } else {
    await printEach({ client, pods, choice, print }, signal)
  }
}

interface Printing { client: InCluster['client'], pods: readonly KubeObject[], choice: LogChoice, print: (pod: string, text: string) => void }

// One after the other; a pod whose container has not started does not hide the others.
async function printEach ({ client, pods, choice, print }: Printing, signal: AbortSignal): Promise<void> {
  let failed: ProbeError | undefined

  for (const { metadata } of pods) {
    try {
      for await (const { text } of podLog(client, metadata, choice, signal)) {
        print(metadata.name, text)
      }
    } catch (err) {
      if (!isProbeError(err) || isProbeError(err, 'PP_KUBE_FORBIDDEN')) {
        throw err
      }
      process.stderr.write(`peerprobe: pod ${metadata.name}: ${escapeControlChars(errorText(err))}\n`)
      failed = err
    }
  }

  if (failed !== undefined) {
    process.exitCode = EXIT.failure
  }
}
