import { nonEmpty } from '../../../core/text/option-text.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { statusField } from '../../reconcile/observe/strimzi-status.ts'
import { timeLimit } from '../access/option-values.ts'
import { readProbe } from '../access/read-probes.ts'
import { runInCluster, withClusterOptions } from '../access/run-in-cluster.ts'
import { BundleArchive } from './bundle-archive.ts'
import { BundleReader } from './bundle-reader.ts'
import { collectBundle } from './collect-bundle.ts'
import type { ClusterOptions, InCluster } from '../access/run-in-cluster.ts'
import type { Command } from 'commander'

interface BundleOptions extends ClusterOptions {
  file?: string
  operatorNamespace?: string
  since: number
  timeout: number
}

const HELP = `
The bundle is a .tar.gz of at most 64 MiB before compression: the PeerProbe and the objects that were made for it, its events,
logs, figures (/status and /metrics of each pod) and versions, and the same of the operator. missing.json in it lists what
could not be read, and why.

Secrets are never read. Values of environment variables, annotations of others, credentials in connection strings, and what
stands beside words such as password or token are replaced by [redacted]. Peer ids and addresses of peers stay: look
through it before you publish it.

Examples:
  kubectl peerprobe bundle amino -n lab
  kubectl peerprobe bundle amino --since 24h --file /tmp/amino.tar.gz

Exit codes:
  0   it was written, perhaps without parts that could not be read
  1   the API server refused the PeerProbe itself or did not answer
  64  there is no such PeerProbe, the file exists or cannot be written, or an option is wrong`

/** Adds `bundle`. */
export function addBundleCommand (program: Command): void {
  withClusterOptions(program.command('bundle'))
    .description('writes a file for the person who helps you: objects, conditions, events, logs, metrics and versions, without secrets')
    .argument('<name>', 'PeerProbe', nonEmpty)
    .option('--file <file>', 'where it is written; a name with the time in the current folder where absent', nonEmpty)
    .option('--operator-namespace <name>', 'namespace of the operator; the one that the status names where absent', nonEmpty)
    .option('--since <duration>', 'logs of the last 30m, 2h, 24h', timeLimit, timeLimit('2h'))
    .option('--timeout <duration>', 'how long reading may take; what was not read by then is left out', timeLimit, timeLimit('2m'))
    .addHelpText('after', HELP)
    .action(async (name: string, options: BundleOptions) => {
      await runInCluster(options, async (cluster, signal) => {
        await writeBundle(cluster, name, options, signal)
      })
    })
}

async function writeBundle ({ client, namespace }: InCluster, name: string, options: BundleOptions, signal: AbortSignal): Promise<void> {
  const { file, operatorNamespace, since, timeout } = options
  const probe = await readProbe(client, { namespace, name }, signal)
  const nowMs = systemClock.now()
  const folder = `peerprobe-bundle-${namespace}-${name}-${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}`
  const archive = new BundleArchive(folder, new Date(nowMs))

  await collectBundle({
    reader: new BundleReader(client),
    archive,
    nowMs,
    operatorNamespace: operatorNamespace ?? leaseNamespace(statusField(probe, 'operator')),
    sinceSeconds: Math.ceil(since / 1_000)
  }, probe, AbortSignal.any([signal, AbortSignal.timeout(timeout)]))
  signal.throwIfAborted()

  const into = file ?? `${folder}.tar.gz`
  await archive.write(into)
  process.stdout.write(`${into}\n`)

  for (const { part, reason } of archive.missing) {
    process.stderr.write(`not in it: ${part}: ${reason}\n`)
  }
}

// The status names the operator's lease, as namespace/name.
function leaseNamespace (lease: unknown): string | undefined {
  return typeof lease === 'string' && lease.includes('/') ? lease.split('/')[0] : undefined
}
