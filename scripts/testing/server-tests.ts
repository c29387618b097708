// The tests on real servers: the files of all parts in parallel, then the failed files once more, alone,
// after everything else has ended.
import { appendFileSync, globSync } from 'node:fs'
import { formatMilliseconds } from '../../core/time/duration.ts'
import { runFiles, usualAtOnce } from './file-pool.ts'
import { isGreedy, longestFirst, WAITING } from './longest-first.ts'
import { filesToRunAgain, hasFailed, judgeFiles } from './run-again.ts'
import { countsIn } from './spec-output.ts'
import type { TimedRun } from './file-pool.ts'
import type { Verdict } from './summary.ts'

/** Parts of the tests on real servers, and their files. */
export const SERVER_PARTS = { system: 'test/system/{*,monitoring/*}.test.ts', cluster: 'test/system/cluster/*.test.ts', node: 'test/system/node/*.test.ts' } as const

/** Name of one of {@link SERVER_PARTS}. */
export type ServerPart = keyof typeof SERVER_PARTS

/** Settings of {@link runServerTests}. */
export interface ServerTestsOptions {
  parts: readonly ServerPart[]

  /** Only files whose path contains one of these; all files if empty. */
  patterns?: readonly string[]

  /** File for the output of a part. */
  logOf: (name: string) => string

  say: (text: string) => void
}

/** Runs the tests; resolves with a verdict for each part. */
export async function runServerTests ({ parts, patterns = [], logOf, say }: ServerTestsOptions): Promise<Verdict[]> {
  const partOf = new Map<string, ServerPart>(parts.flatMap(part => globSync(SERVER_PARTS[part]).map(file => [file, part] as const)))
  const files = longestFirst([...partOf.keys()].filter(file => patterns.length === 0 || patterns.some(pattern => file.includes(pattern))))
  const ended = (log: (run: TimedRun) => string) => (run: TimedRun): void => {
    appendFileSync(log(run), `\n${run.file}\n${run.output}`)
    say(`  ${run.file} ${hasFailed(run) ? 'FAILED' : 'ok'} (${String(countsIn(run.output)?.tests ?? 0)} tests) in ${formatMilliseconds(run.ms)}`)
  }
  const startedAt = performance.now()
  const runs = await runFiles(files, { atOnce: usualAtOnce(), waiting: WAITING, greedy: new Set(files.filter(isGreedy)), onEnd: ended(({ file }) => logOf(partOf.get(file) ?? 'again')) })
  const failed = filesToRunAgain(runs)

  if (failed.length > 0) {
    say(`once more, alone: ${failed.join(', ')}`)
  }

  const again = await runFiles(failed, { atOnce: 1, onEnd: ended(() => logOf('again')) })
  const ms = performance.now() - startedAt

  return parts.map((name) => {
    const judged = judgeFiles(runs.filter(({ file }) => partOf.get(file) === name), again)

    return { name, command: `npm run test:${name}`, log: logOf(name), ms, ...judged, text: judged.broken.map(({ file, text }) => `${file}\n${text}`).join('\n…\n') }
  })
}
