// Processes of the containers of a node, seen from its box.
import { globSync, readFileSync } from 'node:fs'

/** Ids of the processes whose command line has an argument, such as `crawler/main.ts`, the smallest first. */
export function pidsOf (argument: string): number[] {
  return globSync('/proc/[0-9]*/cmdline').filter(path => commandOf(path).split('\0').includes(argument))
    .map(path => Number(path.split('/')[2])).sort((a, b) => a - b)
}

// A process may end at any moment.
function commandOf (path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
