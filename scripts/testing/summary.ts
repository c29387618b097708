// The summary at the end of `npm test`.
import type { Flaky } from './run-again.ts'
import type { Counts } from './spec-output.ts'

/** The result of a part of the tests. */
export interface Verdict extends Counts {
  name: string
  command: string
  ok: boolean

  /** File with its output. */
  log: string

  ms: number

  /** Its failures, if any. */
  text: string

  flaky?: readonly Flaky[]
}

/** Whether everything passed. With `requireAll` a skipped test is a failure. */
export function isGreen (verdicts: readonly Verdict[], requireAll: boolean): boolean {
  return verdicts.every(({ ok }) => ok) && !(requireAll && total(verdicts, 'skipped') > 0)
}

/** The summary: failures, then what is flaky, then one line for each kind of number. */
export function summaryOf (verdicts: readonly Verdict[], requireAll: boolean): string[] {
  const [passed, failed, skipped] = [total(verdicts, 'passed'), total(verdicts, 'failed'), total(verdicts, 'skipped')]
  const flaky = verdicts.flatMap(verdict => verdict.flaky ?? [])
  const optional = [[skipped, 'skipped'], [flaky.length, 'FLAKY']] as const
  const counts = [`${String(passed)} passed`, `${String(failed)} failed`, ...optional.filter(([n]) => n > 0).map(([n, what]) => `${String(n)} ${what}`)]

  return [
    ...verdicts.filter(({ ok }) => !ok).flatMap(({ name, log, text }) => [`\n--- ${name} failed; from ${log}:`, text]),
    ...flaky.flatMap(({ file, text }) => [`\n--- ${file} failed next to others and passed alone; its first run:`, text]),
    `\n${verdicts.map(({ name, ok }) => `${ok ? 'ok' : 'FAILED'} ${name}`).join(', ')}`,
    ...skipped > 0 ? [`${String(skipped)} tests were skipped${requireAll ? ', and PEERPROBE_REQUIRE_ALL=1 makes that a failure' : ''}: the reasons are in the logs`] : [],
    ...flaky.flatMap(({ file, tests }) => (tests.length === 0 ? ['the file itself'] : tests).map(test => `FLAKY: passed alone: ${file}: ${test}`)),
    counts.join(', ')
  ]
}

function total (verdicts: readonly Verdict[], key: keyof Counts): number {
  return verdicts.reduce((sum, verdict) => sum + verdict[key], 0)
}
