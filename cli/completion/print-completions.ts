import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { presetNames } from '../../crawler/networks/presets.ts'
import { completionsOf } from './completions.ts'
import type { Command } from 'commander'

// Of cobra, in whose form the scripts read the answer: 4 keeps the shell from names of files.
const FILES = ':0'
const NO_FILES = ':4'

/** Prints what may stand in the place of the last word, each with its description after a tab, and whether files may. */
export function printCompletions (program: Command, words: readonly string[]): void {
  const { candidates, isFile } = completionsOf(program, words, { networks: presetNames })
  const lines = candidates.map(({ value, description }) => `${value}${description === undefined ? '' : `\t${escapeControlChars(description)}`}`)
  process.stdout.write(`${[...lines, isFile ? FILES : NO_FILES].join('\n')}\n`)
}
