import { Option } from 'commander'
import { stringify } from 'yaml'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import { nonEmpty } from '../../../core/text/option-text.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { keyOf } from '../../runtime/kube-object.ts'
import { timeLimit } from '../access/option-values.ts'
import { readProbes } from '../access/read-probes.ts'
import { runInCluster, TIMED_OUT, withClusterOptions } from '../access/run-in-cluster.ts'
import { awaitReady } from './await-ready.ts'
import { probeReport } from './probe-report.ts'
import { statusText } from './status-text.ts'
import { readWarnings, warningsOf } from './warnings.ts'
import type { ProbeChoice } from '../access/read-probes.ts'
import type { ClusterOptions, InCluster } from '../access/run-in-cluster.ts'
import type { ProbeReport } from './probe-report.ts'
import type { Command } from 'commander'

interface StatusOptions extends ClusterOptions {
  allNamespaces: boolean
  output: 'text' | 'json' | 'yaml'
  wait: boolean
  timeout: number
}

const HELP = `
Examples:
  kubectl peerprobe status                     all PeerProbes of the namespace
  kubectl peerprobe status amino -n lab        one, on one screen
  kubectl peerprobe status amino --wait        wait until it is ready, five minutes at most
  kubectl peerprobe status -A -o json | jq -r '.probes[] | select(.verdict.state != "healthy") | .name'

Exit codes:
  0   it was shown; with --wait: every PeerProbe is ready
  1   the API server refused or did not answer
  2   --wait: not ready in time; what was last is shown
  64  there is no such PeerProbe, or an option is wrong`

/** Adds `status`. */
export function addStatusCommand (program: Command): void {
  withClusterOptions(program.command('status'))
    .description('says in one sentence whether a PeerProbe is healthy and what to do, then shows its parts on one screen')
    .argument('[name]', 'PeerProbe; all where absent', nonEmpty)
    .option('-A, --all-namespaces', 'of every namespace', false)
    .addOption(new Option('-o, --output <format>', 'how it is shown').choices(['text', 'json', 'yaml']).default('text'))
    .option('--wait', 'wait until it is ready and the operator has seen its last change', false)
    .option('--timeout <duration>', 'how long to wait, such as 90s or 10m', timeLimit, timeLimit('5m'))
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, options: StatusOptions) => {
      await runInCluster(options, async (cluster, signal) => {
        await showStatus(cluster, name, options, signal)
      })
    })
}

async function showStatus ({ client, namespace }: InCluster, name: string | undefined, options: StatusOptions, signal: AbortSignal): Promise<void> {
  const { allNamespaces, output, wait, timeout } = options
  const choice: ProbeChoice = { namespace: allNamespaces ? undefined : namespace, name }
  // A misspelt name is reported at once.
  const found = await readProbes(client, choice, signal)
  const isReady = !wait || await awaitReady({
    client,
    clock: systemClock,
    onChange: ({ metadata }, message) => {
      process.stderr.write(`${keyOf(metadata)}: ${escapeControlChars(message)}\n`)
    }
  }, { ...choice, timeoutMs: timeout }, signal)
  const probes = wait ? await readProbes(client, choice, signal) : found
  const events = await readWarnings(client, choice.namespace, signal)
  const now = systemClock.now()
  const reports = probes.map(probe => probeReport(probe, warningsOf(probe, events, now), now))
  process.stdout.write(render(reports, output, now))

  if (!isReady) {
    process.stderr.write(`peerprobe: not ready after ${String(timeout / 1_000)} s (--timeout)\n`)
    process.exitCode = TIMED_OUT
  }
}

function render (probes: readonly ProbeReport[], output: StatusOptions['output'], nowMs: number): string {
  switch (output) {
    case 'json': return `${JSON.stringify({ probes }, undefined, 2)}\n`
    case 'yaml': return stringify({ probes }, { lineWidth: 0, aliasDuplicateObjects: false })
    case 'text': return probes.map(report => statusText(report, nowMs)).join('\n')
  }
}
