import { Argument } from 'commander'
import { completionScripts, SHELLS } from '../../operator/commands/completion/scripts.ts'
import { withHelp } from '../command/command-help.ts'
import type { Shell } from '../../operator/commands/completion/scripts.ts'
import type { Command } from 'commander'

/** Adds `completion`. */
export function addCompletionCommand (program: Command): void {
  withHelp(program.command('completion')
    .description('prints a script that completes commands, options and their values in a shell')
    .addArgument(new Argument('<shell>', 'shell').choices(SHELLS)), {
    examples: [
      { run: 'peerprobe completion bash > peerprobe.bash && source peerprobe.bash && complete -p peerprobe', does: 'in this bash; add the first two to ~/.bashrc for every one' },
      { run: 'peerprobe completion zsh', does: 'for a file _peerprobe in a folder of $fpath' },
      { run: 'peerprobe completion fish', does: 'for ~/.config/fish/completions/peerprobe.fish' }
    ]
  }).action((shell: Shell) => {
    process.stdout.write(completionScripts('peerprobe')[shell])
  })
}
