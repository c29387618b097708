// What may stand in the place of the last word, read from the program itself: no list of commands or options can be out of date.
import { withoutEqualsSign } from '../../operator/commands/completion/candidates.ts'
import type { Argument, Command, Option } from 'commander'

/** What may stand in a place, and whether the name of a file may. */
export interface Completion {
  candidates: readonly { value: string, description?: string }[]
  isFile: boolean
}

/** Names that come from data. */
export interface CompletionSources { networks: () => readonly string[] }

/** Options and arguments that are files or folders. */
const FILES: ReadonlySet<string> = new Set(['data', 'config', 'output', 'to', 'secrets', 'program', 'manifest', 'backup'])

const NOTHING: Completion = { candidates: [], isFile: false }

/** The completions of the last of the words, of which the first letters may be there; after `--option=`, the values alone. */
export function completionsOf (program: Command, words: readonly string[], sources: CompletionSources): Completion {
  const whole = withoutEqualsSign(words)
  const begun = whole.at(-1) ?? ''
  const { candidates, isFile } = allOf(read(program, whole.slice(0, -1)), begun, sources)

  return { candidates: candidates.filter(({ value }) => value.startsWith(begun)), isFile }
}

interface Typed {
  command: Command
  positional: number

  /** Option whose value comes next. */
  open: Option | undefined
}

function read (program: Command, words: readonly string[]): Typed {
  const typed: Typed = { command: program, positional: 0, open: undefined }

  for (const word of words) {
    const sub = typed.command.commands.find(command => command.name() === word)

    if (typed.open !== undefined) {
      typed.open = undefined
    } else if (word.startsWith('-')) {
      const option = typed.command.options.find(({ short, long }) => word === short || word === long)
      typed.open = option?.required === true ? option : undefined
    } else if (sub === undefined) {
      typed.positional++
    } else {
      typed.command = sub
    }
  }

  return typed
}

function allOf ({ command, positional, open }: Typed, begun: string, sources: CompletionSources): Completion {
  if (open !== undefined) {
    return valuesOf(open.attributeName(), open, sources)
  }
  if (begun.startsWith('-')) {
    return { ...NOTHING, candidates: [...command.options.filter(({ hidden }) => !hidden).flatMap(flagOf), { value: '--help', description: 'display help for command' }] }
  }
  if (command.commands.length > 0) {
    return positional > 0 ? NOTHING : { ...NOTHING, candidates: command.commands.map(sub => ({ value: sub.name(), description: sub.description() })) }
  }

  const argument = command.registeredArguments[positional]

  return argument === undefined ? NOTHING : valuesOf(argument.name(), argument, sources)
}

function flagOf ({ long, description }: Option): { value: string, description: string }[] {
  return typeof long === 'string' ? [{ value: long, description }] : []
}

function valuesOf (name: string, { argChoices = [] }: Pick<Option | Argument, 'argChoices'>, { networks }: CompletionSources): Completion {
  const values = name === 'network' ? networks() : argChoices

  return { candidates: values.map(value => ({ value })), isFile: FILES.has(name) }
}
