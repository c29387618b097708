// Selects the test files that run a second time, and combines the results. A test on real servers that fails once and then
// passes alone is a bug as well (of the test, or of the product under load). The summary lists it, so that it gets fixed.
import { countsIn, failedTestsIn, failureTextIn } from './spec-output.ts'
import type { Counts } from './spec-output.ts'

/** One run of one test file. */
export interface FileRun {
  /** Path from the root of the repository. */
  file: string

  /** Exit code of the test runner; undefined if a signal ended it. */
  code: number | undefined

  /** Its whole output. */
  output: string
}

/** A file that failed next to others and passed alone. */
export interface Flaky {
  file: string
  tests: readonly string[]

  /** The failures of the first run. */
  text: string
}

/** The combined result of a part's files. */
export interface FilesVerdict extends Counts {
  ok: boolean
  flaky: readonly Flaky[]

  /** Files that failed in the end, with the output of their last run. */
  broken: readonly { file: string, text: string }[]
}

/**
 * If more files than this failed, something is broken for all of them: a second run would only repeat the failures and
 * use up the time of CI.
 */
export const MOST_RUN_AGAIN = 10

/** Whether a file failed: by its exit code, or because no test ran in it. */
export function hasFailed ({ code, output }: FileRun): boolean {
  return code !== 0 || (countsIn(output)?.tests ?? 0) === 0
}

/** The files to run again, alone and one after another, in the order in which they ran. */
export function filesToRunAgain (runs: readonly FileRun[]): string[] {
  const failed = runs.filter(hasFailed).map(({ file }) => file)

  return failed.length > MOST_RUN_AGAIN ? [] : failed
}

/** Combines first and second runs: if a file ran twice, the second run counts. */
export function judgeFiles (runs: readonly FileRun[], again: readonly FileRun[]): FilesVerdict {
  const second = new Map(again.map(run => [run.file, run]))
  const last = runs.map(run => second.get(run.file) ?? run)
  const broken = last.filter(hasFailed)
  const flaky = runs.filter(run => hasFailed(run) && !broken.some(({ file }) => file === run.file))
  const counts = last.map(countsOf)

  return {
    ok: runs.length > 0 && broken.length === 0,
    passed: sum(counts.map(({ passed }) => passed)),
    failed: sum(counts.map(({ failed }) => failed)),
    skipped: sum(counts.map(({ skipped }) => skipped)),
    flaky: flaky.map(({ file, output }) => ({ file, tests: failedTestsIn(output), text: failureTextIn(output) })),
    broken: broken.map(({ file, output }) => ({ file, text: failureTextIn(output) }))
  }
}

// A file that failed without a failed test (it ended early or never started) counts as one.
function countsOf (run: FileRun): Counts {
  const { passed = 0, failed = 0, skipped = 0 } = countsIn(run.output) ?? {}

  return { passed, skipped, failed: hasFailed(run) ? Math.max(1, failed) : failed }
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
