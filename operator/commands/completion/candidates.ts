import type { Command, Option } from 'commander'

/** What may stand in a place, with a few words about it. */
interface Candidate { value: string, description?: string }

/** Where names come from: what exists at the moment. */
export interface NameSources {
  probes: (options: ReadonlyMap<string, string>) => Promise<string[]>
  scans: (options: ReadonlyMap<string, string>, probe: string) => Promise<string[]>
  namespaces: (options: ReadonlyMap<string, string>) => Promise<string[]>
  contexts: (options: ReadonlyMap<string, string>) => Promise<string[]>
}

/** Candidates, and whether names of files may stand there where there are none. */
export interface Completion { candidates: Candidate[], isFile: boolean }

/** What was typed so far. */
interface Typed {
  command: Command
  options: Map<string, string>
  positional: string[]

  /** Option whose value comes next. */
  open: Option | undefined
}

const NO_FILE = { isFile: false }

/**
 * What may stand in the place of the last word, of which the first letters may be there; after `--option=`, the values alone. Everything is
 * read from the program itself.
 */
export async function completionsFor (program: Command, words: readonly string[], sources: NameSources): Promise<Completion> {
  const whole = withoutEqualsSign(words)
  const typed = readWords(program, whole.slice(0, -1))
  const begun = whole.at(-1) ?? ''
  const { candidates, isFile } = await candidatesFor(typed, begun, program, sources)

  return { candidates: candidates.filter(({ value }) => value.startsWith(begun)), isFile }
}

/** Words of which the last is split where it is an option with the beginning of its value: `--context=pl`. */
export function withoutEqualsSign (words: readonly string[]): string[] {
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(words.at(-1) ?? '') ?? []

  return flag === undefined || value === undefined ? [...words] : [...words.slice(0, -1), flag, value]
}

function readWords (program: Command, words: readonly string[]): Typed {
  const typed: Typed = { command: program, options: new Map(), positional: [], open: undefined }

  for (const word of words) {
    const sub = typed.command === program ? program.commands.find(command => command.name() === word) : undefined

    if (typed.open !== undefined) {
      typed.options.set(typed.open.attributeName(), word)
      typed.open = undefined
    } else if (word.startsWith('-')) {
      takeOption(typed, word)
    } else if (sub === undefined) {
      typed.positional.push(word)
    } else {
      typed.command = sub
    }
  }

  return typed
}

function takeOption (typed: Typed, word: string): void {
  const [flag, value] = word.split('=', 2)
  const option = typed.command.options.find(({ short, long }) => flag === short || flag === long)

  if (option?.required !== true) {
    return
  }
  if (value === undefined) {
    typed.open = option
  } else {
    typed.options.set(option.attributeName(), value)
  }
}

async function candidatesFor (typed: Typed, begun: string, program: Command, sources: NameSources): Promise<Completion> {
  const { command, positional, open } = typed

  if (open !== undefined) {
    return await valuesOf(open, typed, sources)
  }
  if (begun.startsWith('-')) {
    return { ...NO_FILE, candidates: flagsOf(command) }
  }
  if (command === program) {
    return { ...NO_FILE, candidates: positional.length > 0 ? [] : program.commands.map(sub => ({ value: sub.name(), description: sub.description() })) }
  }

  return { ...NO_FILE, candidates: named(await argumentsOf(typed, sources)) }
}

function flagsOf (command: Command): Candidate[] {
  const own = command.options.filter(({ hidden }) => !hidden).flatMap(({ long, description }) => typeof long === 'string' ? [{ value: long, description }] : [])

  return [...own, { value: '--help', description: 'display help for command' }]
}

async function argumentsOf ({ command, options, positional }: Typed, sources: NameSources): Promise<readonly string[]> {
  const argument = command.registeredArguments[positional.length]
  const [probe = ''] = positional

  switch (argument?.name()) {
    case 'name': return await sources.probes(options)
    case 'scan': return await sources.scans(options, probe)
    default: return argument?.argChoices ?? []
  }
}

async function valuesOf (option: Option, { options, positional: [probe = ''] }: Pick<Typed, 'options' | 'positional'>, sources: NameSources): Promise<Completion> {
  switch (option.attributeName()) {
    case 'namespace':
    case 'operatorNamespace': return { ...NO_FILE, candidates: named(await sources.namespaces(options)) }
    case 'context': return { ...NO_FILE, candidates: named(await sources.contexts(options)) }
    case 'scan': return { ...NO_FILE, candidates: named(await sources.scans(options, probe)) }
    case 'filename':
    case 'file':
    case 'kubeconfig': return { candidates: [], isFile: true }
    default: return { ...NO_FILE, candidates: named(option.argChoices ?? []) }
  }
}

function named (values: readonly string[]): Candidate[] {
  return values.map(value => ({ value }))
}
