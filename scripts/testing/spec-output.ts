// Parses the output of the test runner's `spec` reporter: the counts, the failed tests and their messages.

/** Numbers of tests of one run. */
export interface Counts {
  passed: number
  failed: number

  /** Not run: skipped tests, and tests marked as todo. */
  skipped: number
}

const LINES = 60
const HEADING = /^✖ failing tests:$/m

// `✖ name (12.3ms)`, without a duration if the test was cancelled. The output of a test itself is indented.
const FAILED_TEST = /^✖ (.+?)(?: \(\d+(?:\.\d+)?ms\))?$/gm

/** Counts of a whole output, summed over several runs; undefined if it contains no output of a test runner. */
export function countsIn (output: string): Counts & { tests: number } | undefined {
  const count = (word: string): number => [...output.matchAll(new RegExp(`^ℹ ${word} (\\d+)$`, 'gm'))].reduce((sum, [, n]) => sum + Number(n), 0)

  return /^ℹ tests \d+$/m.test(output)
    ? { tests: count('tests'), passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') + count('todo') }
    : undefined
}

/** Names of the tests that failed, in the order of the output. */
export function failedTestsIn (output: string): string[] {
  const [, ...lists] = output.split(HEADING)

  return [...new Set(lists.flatMap(list => [...list.matchAll(FAILED_TEST)].map(([, name = '']) => name)))]
}

/** The runner's own lists of failed tests, cut after 60 lines each; the last 60 lines of the output if there are none. */
export function failureTextIn (output: string): string {
  const [, ...lists] = output.trimEnd().split(HEADING)
  const lines = (text: string): string[] => text.trim().split('\n')

  return lists.length === 0 ? lines(output).slice(-LINES).join('\n') : lists.map(list => lines(list).slice(0, LINES).join('\n')).join('\n…\n')
}
