// The help of a command is data, so that `--help`, the reference page and the test that runs every example have one source.
import { EXIT_CODES } from './exit-codes.ts'
import type { Command } from 'commander'

/** One use of a command. */
interface Example {
  /** The command as typed in a shell. */
  run: string

  /** What it does, in a few words. */
  does: string
}

/** What the help of a command contains besides its options. */
export interface CommandHelp {
  examples: readonly Example[]

  /** Paragraphs before the examples. */
  notes?: readonly string[]

  /** Exit codes besides those of every command. */
  exitCodes?: Readonly<Record<number, string>>
}

const helps = new WeakMap<Command, CommandHelp>()

/** Adds notes, examples and exit codes to a command. */
export function withHelp (command: Command, help: CommandHelp): Command {
  helps.set(command, help)

  return command.addHelpText('after', () => helpText(help))
}

/** The help that a command was given; undefined for a group of commands. */
export function helpOf (command: Command): CommandHelp | undefined {
  return helps.get(command)
}

/** The exit codes of a command, lowest first. */
export function exitCodesOf ({ exitCodes }: CommandHelp): [code: string, meaning: string][] {
  return Object.entries({ ...EXIT_CODES, ...exitCodes })
}

function helpText (help: CommandHelp): string {
  const { examples, notes = [] } = help
  const shown = examples.flatMap(({ run, does }) => [`  # ${does}`, `  ${run}`])
  const codes = exitCodesOf(help).map(([code, meaning]) => `  ${code.padEnd(3)} ${meaning}`)

  return ['', ...notes.flatMap(note => [note, '']), 'Examples:', ...shown, '', 'Exit codes:', ...codes].join('\n')
}
