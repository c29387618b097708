import { EXIT } from '../../core/process/process.ts'

/** Exit code of `check` for a peer that cannot be reached. */
export const NOT_REACHABLE = 2

/** The exit codes of every command, with their meaning. A command that can end by further codes lists them in its own help. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done, or stopped by Ctrl-C',
  [EXIT.failure]: 'it failed; standard error has the reason with an error code',
  [EXIT.usage]: 'an option, a file or a configuration is wrong'
}
