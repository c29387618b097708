import { markdownTable } from '../markdown-table.ts'
import { slopeOf } from './slope.ts'

/** What a process had at one moment. */
export interface ProcessSample {
  /** Crawls that were stored by then. */
  crawls: number

  memoryMb: number

  /** Open file descriptors. */
  files: number
}

/** The files of a run at one moment, in MB by name, and their number. What another server keeps is left out. */
export interface FileSample { crawls: number, logMb?: number, databaseMb?: number, dumpsMb: number, count: number }

/** Samples that come before memory is expected to be flat: caches fill and code is compiled. */
const WARM_UP_SHARE = 0.25

/** A table of the processes: memory and its slope after the warm-up, and descriptors. */
export function processTable (processes: ReadonlyMap<string, readonly ProcessSample[]>): string {
  const rows = [...processes].map(([name, samples]) => {
    const warm = afterWarmUp(samples)
    const { slope, margin } = slopeOf(warm.map(({ crawls, memoryMb }) => ({ x: crawls / 100, y: memoryMb })))
    const [first, last] = [warm[0], warm.at(-1)]
    const most = warm.reduce((max, { memoryMb }) => Math.max(max, memoryMb), 0)

    return [
      name,
      ...[first?.memoryMb, last?.memoryMb, most].map(mb => (mb ?? NaN).toFixed(0)),
      `${signed(slope)} ± ${margin.toFixed(1)}`,
      spread(warm.map(({ files }) => files))
    ]
  })

  return markdownTable(['process', 'MB after warm-up', 'MB at the end', 'most MB', 'MB in 100 crawls', 'descriptors'], rows)
}

/** A table of the files: in the middle of the run, at its end, and the most. */
export function fileTable (samples: readonly FileSample[]): string {
  const [middle, last] = [samples[Math.floor(samples.length / 2)], samples.at(-1)]
  const rows = (['logMb', 'databaseMb', 'dumpsMb', 'count'] as const).filter(name => last?.[name] !== undefined).map(name =>
    [TITLES[name], ...[middle?.[name], last?.[name], Math.max(...samples.map(sample => sample[name] ?? NaN))].map(value => (value ?? NaN).toFixed(name === 'count' ? 0 : 1))])

  return markdownTable(['files', 'in the middle', 'at the end', 'most'], rows)
}

const TITLES = { logMb: 'message log, MB', databaseMb: 'database, MB', dumpsMb: 'dumps, MB', count: 'number of files' } as const

function afterWarmUp (samples: readonly ProcessSample[]): readonly ProcessSample[] {
  const limit = (samples.at(-1)?.crawls ?? 0) * WARM_UP_SHARE

  return samples.filter(({ crawls }) => crawls >= limit)
}

function spread (values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]

  return least === most ? String(least) : `${String(least)}-${String(most)}`
}

function signed (value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(1)}`
}
