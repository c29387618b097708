import { defined } from '../../core/defined.ts'
import { nonEmpty } from '../../core/text/option-text.ts'
import { KINDS } from '../model/naming/kinds.ts'
import { consumerName } from '../model/naming/names.ts'
import { runInCluster, withClusterOptions } from './access/run-in-cluster.ts'
import { CLAIM_FOLDER, commandJob } from './command-job.ts'
import type { ClusterOptions } from './access/run-in-cluster.ts'
import type { Command } from 'commander'

const HELP = `
For commands that want the consumers stopped: suspend the PeerProbe (spec.suspend: true) first.

Examples:
  kubectl peerprobe job amino -- offsets reset --to-earliest | kubectl create -f -
  kubectl peerprobe job amino --claim backups -- restore /claim | kubectl create -f -

Exit codes:
  0   the Job was printed
  1   the API server refused or did not answer
  64  the PeerProbe has no consumers yet, or an option is wrong`

/** Adds `job`. */
export function addJobCommand (program: Command): void {
  withClusterOptions(program.command('job'))
    .description('prints a Job that runs a command of the consumers, such as `offsets reset --to-earliest`, for `kubectl create -f -`')
    .argument('<name>', 'PeerProbe', nonEmpty)
    .argument('<command...>', 'command and its options, behind --')
    .option('--claim <name>', `claim that the command reads, mounted at ${CLAIM_FOLDER}, such as that of the backups`, nonEmpty)
    .addHelpText('after', HELP)
    .action(async (name: string, args: string[], { claim, ...options }: ClusterOptions & { claim?: string }) => {
      await runInCluster(options, async ({ client, namespace }, signal) => {
        const probe = { namespace, name }
        const deployment = await client.get(KINDS.deployment, { namespace, name: consumerName(probe) }, signal)
        process.stdout.write(`${JSON.stringify(commandJob(probe, deployment, { args, ...defined({ claim }) }), undefined, 2)}\n`)
      })
    })
}
