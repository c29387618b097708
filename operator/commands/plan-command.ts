import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Option } from 'commander'
import { errorText, ProbeError } from '../../core/errors.ts'
import { VERSION } from '../../core/process/build-info.ts'
import { nonEmpty } from '../../core/text/option-text.ts'
import { systemClock } from '../../core/time/clock.ts'
import { APPLIED_BY } from '../model/naming/labels.ts'
import { parsePolicy, POLICY_VARIABLE } from '../policy/cluster-policy.ts'
import { MONITORING, servedVersionOf, STRIMZI } from '../reconcile/observe/served-version.ts'
import { Applier } from '../runtime/applier.ts'
import { runInCluster, withClusterOptions } from './access/run-in-cluster.ts'
import { planText } from './plan-text.ts'
import { planProbe } from './plan.ts'
import { probeDocuments } from './probe-documents.ts'
import type { KubeClient } from '../runtime/kube-client.ts'
import type { ClusterOptions } from './access/run-in-cluster.ts'
import type { PlanDeps } from './plan.ts'
import type { Command } from 'commander'

interface PlanOptions extends ClusterOptions { filename: string, workloadImage?: string, secretConsent: boolean, policy?: string }

const HELP = `
Nothing is written: every request is a read or a dry run.

Examples:
  kubectl peerprobe plan -f peerprobe.yaml
  helm template … | kubectl peerprobe plan -f - -n lab

Exit codes:
  0   the plan was shown, whatever is in it
  1   the API server refuses the manifest or did not answer
  64  the file cannot be read or holds no PeerProbe, or an option is wrong`

/** Adds `plan`. */
export function addPlanCommand (program: Command): void {
  withClusterOptions(program.command('plan'))
    .description('shows what applying a manifest would make, change and remove, by dry runs on the API server')
    .requiredOption('-f, --filename <file>', 'manifest with PeerProbes; - reads standard input', nonEmpty)
    .option('--workload-image <image>', 'image of new workloads; those that run keep theirs where it is not given', nonEmpty)
    .option('--no-secret-consent', 'for an operator that uses every Secret that a PeerProbe names (chart value secrets.needConsent: false)')
    .addOption(new Option('--policy <json>', 'what the cluster\'s owner allows (chart value policy, as JSON); its defaults where absent').env(POLICY_VARIABLE))
    .addHelpText('after', HELP)
    .action(async ({ filename, workloadImage, secretConsent, policy, ...options }: PlanOptions) => {
      await runInCluster(options, async ({ client, namespace }, signal) => {
        const deps = planDeps(client, { workloadImage, secretsNeedConsent: secretConsent, policy: parsePolicy(policy) })

        for (const manifest of probeDocuments(await contentOf(filename), filename)) {
          const metadata = { ...manifest.metadata, namespace: manifest.metadata.namespace ?? namespace }
          process.stdout.write(planText(await planProbe(deps, { ...manifest, metadata }, signal)))
        }
      })
    })
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
    return filename === '-' ? await text(process.stdin) : await readFile(filename, 'utf8')
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `--filename: ${errorText(err)}`, { cause: err })
  }
}
