import { Argument } from 'commander'
import { SCRIPTS, SHELLS } from './scripts.ts'
import type { Shell } from './scripts.ts'
import type { Command } from 'commander'

const HELP = `
\`kubectl peerprobe\` is completed by kubectl's own completion (kubectl 1.26 or later) where the command
\`kubectl_complete-peerprobe\` is on the PATH; the npm package installs it. These scripts complete \`kubectl-peerprobe\`.

Examples:
  source <(kubectl-peerprobe completion bash)
  kubectl-peerprobe completion zsh > "\${fpath[1]}/_kubectl-peerprobe"
  kubectl-peerprobe completion fish > ~/.config/fish/completions/kubectl-peerprobe.fish`

/** Adds `completion`. */
export function addCompletionCommand (program: Command): void {
  program.command('completion')
    .description('prints a script that completes commands, options and names in a shell')
    .addArgument(new Argument('<shell>', 'shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell])
    })
}
