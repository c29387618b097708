#!/usr/bin/env node
/**
 * `kubectl peerprobe plan|status|job`: what a manifest would change, what state it is in, and a Job for a command of its
 * consumers, for the person who has the kubeconfig. Nothing is written.
 */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import { errorText, ProbeError } from '../../core/errors.ts'
import { VERSION } from '../../core/process/build-info.ts'
import { runCommand } from '../../core/process/run-command.ts'
import { nonEmpty } from '../../core/text/option-text.ts'
import { systemClock } from '../../core/time/clock.ts'
import { KINDS } from '../model/naming/kinds.ts'
import { APPLIED_BY } from '../model/naming/labels.ts'
import { consumerName } from '../model/naming/names.ts'
import { parsePolicy, POLICY_VARIABLE } from '../policy/cluster-policy.ts'
import { MONITORING, servedVersionOf, STRIMZI } from '../reconcile/observe/served-version.ts'
import { Applier } from '../runtime/applier.ts'
import { KubeClient } from '../runtime/kube-client.ts'
import { commandJob } from './command-job.ts'
import { planText } from './plan-text.ts'
import { planProbe } from './plan.ts'
import { probeDocuments } from './probe-documents.ts'
import { readProbes } from './read-probes.ts'
import { statusText } from './status-text.ts'
import type { PlanDeps } from './plan.ts'

interface PlanOptions { filename: string, namespace?: string, workloadImage?: string, secretConsent: boolean, policy?: string }

const STOP_TIMEOUT_MS = 5_000
const { stdin, stdout } = process

const program = new Command('kubectl-peerprobe')
  .description('Shows what a PeerProbe would change, what state it is in, and how to run its commands. Changes nothing.')
  .version(VERSION)

program.command('plan')
  .description('shows what applying a manifest would make, change and remove, by dry runs on the API server')
  .requiredOption('-f, --filename <file>', 'manifest with PeerProbes; - reads standard input', nonEmpty)
  .option('-n, --namespace <name>', 'namespace of what names none', nonEmpty)
  .option('--workload-image <image>', 'image of new workloads; those that run keep theirs where it is not given', nonEmpty)
  .option('--no-secret-consent', 'for an operator that uses every Secret that a PeerProbe names (chart value secrets.needConsent: false)')
  .addOption(new Option('--policy <json>', 'what the cluster\'s owner allows (chart value policy, as JSON); its defaults where absent').env(POLICY_VARIABLE))
  .action(async ({ filename, namespace, workloadImage, secretConsent, policy }: PlanOptions) => {
    await run(async (client, signal) => {
      const deps = planDeps(client, { workloadImage, secretsNeedConsent: secretConsent, policy: parsePolicy(policy) })

      for (const manifest of probeDocuments(await contentOf(filename), filename)) {
        const metadata = { ...manifest.metadata, namespace: manifest.metadata.namespace ?? namespace ?? client.namespace }
        stdout.write(planText(await planProbe(deps, { ...manifest, metadata }, signal)))
      }
    })
  })

program.command('status')
  .description('shows conditions, scans, lag and the last crawls of a PeerProbe, or of all, and what to do')
  .argument('[name]', 'PeerProbe; all where absent', nonEmpty)
  .option('-n, --namespace <name>', 'namespace', nonEmpty)
  .option('-A, --all-namespaces', 'of every namespace', false)
  .action(async (name: string | undefined, { namespace, allNamespaces }: { namespace?: string, allNamespaces: boolean }) => {
    await run(async (client, signal) => {
      const probes = await readProbes(client, { namespace: allNamespaces ? undefined : namespace ?? client.namespace, name }, signal)
      stdout.write(probes.map(statusText).join('\n'))
    })
  })

program.command('job')
  .description('prints a Job that runs a command of the consumers, such as `offsets reset --to-earliest`, for `kubectl create -f -`')
  .argument('<name>', 'PeerProbe')
  .argument('<command...>', 'command and its options, behind --')
  .option('-n, --namespace <name>', 'namespace')
  .action(async (name: string, args: string[], { namespace }: { namespace?: string }) => {
    await run(async (client, signal) => {
      const probe = { namespace: namespace ?? client.namespace, name }
      const deployment = await client.get(KINDS.deployment, { namespace: probe.namespace, name: consumerName(probe) }, signal)
      stdout.write(`${JSON.stringify(commandJob(probe, deployment, args), undefined, 2)}\n`)
    })
  })

await program.parseAsync()

async function run (body: (client: KubeClient, signal: AbortSignal) => Promise<void>): Promise<void> {
  await runCommand(async (signal) => {
    await body(KubeClient.fromEnvironment(), signal)
  }, { stopTimeoutMs: STOP_TIMEOUT_MS })
}

function planDeps (client: KubeClient, settings: Pick<PlanDeps, 'workloadImage' | 'secretsNeedConsent' | 'policy'>): PlanDeps {
  return {
    client,
    applier: new Applier({ client, mayWrite: () => false }, APPLIED_BY),
    strimziVersion: servedVersionOf(client, systemClock, STRIMZI),
    monitoringVersion: servedVersionOf(client, systemClock, MONITORING),
    ...settings,
    defaultImage: `peerprobe:${VERSION}`
  }
}

async function contentOf (filename: string): Promise<string> {
  try {
    return filename === '-' ? await text(stdin) : await readFile(filename, 'utf8')
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `--filename: ${errorText(err)}`, { cause: err })
  }
}
