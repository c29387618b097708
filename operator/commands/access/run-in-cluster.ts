import { runCommand } from '../../../core/process/run-command.ts'
import { nonEmpty } from '../../../core/text/option-text.ts'
import { KubeClient } from '../../runtime/kube-client.ts'
import { loadKubeConfig } from './kube-config.ts'
import type { ClusterChoice } from './kube-config.ts'
import type { Command } from 'commander'

/** Options that every subcommand has. */
export interface ClusterOptions extends ClusterChoice { namespace?: string }

/** What a subcommand works with. */
export interface InCluster {
  client: KubeClient

  /** Namespace of the options, or of the context. */
  namespace: string
}

const STOP_TIMEOUT_MS = 5_000

/** Exit code of a command that waited in vain; other failures have those of every command (1, and 64 for what was asked wrongly). */
export const TIMED_OUT = 2

/** Adds the options that choose cluster and namespace: kubectl hands a plugin none of its own. */
export function withClusterOptions (command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'namespace; that of the context where absent', nonEmpty)
    .option('--context <name>', 'context of the kubeconfig; the current one where absent', nonEmpty)
    .option('--kubeconfig <file>', 'kubeconfig file; KUBECONFIG or ~/.kube/config where absent', nonEmpty)
}

/** Runs a subcommand against the cluster that its options choose. */
export async function runInCluster ({ namespace, ...choice }: ClusterOptions, body: (cluster: InCluster, signal: AbortSignal) => Promise<void>): Promise<void> {
  await runCommand(async (signal) => {
    const client = new KubeClient(loadKubeConfig(choice))
    await body({ client, namespace: namespace ?? client.namespace }, signal)
  }, { stopTimeoutMs: STOP_TIMEOUT_MS })
}
