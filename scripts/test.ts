/**
 * `npm test`: everything that proves the product, part by part, each with its own log file,
 * and one summary. A part that fails does not stop the others: one run shows all faults.
 * The real servers are brought onto this machine meanwhile, which takes minutes the first time.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatMilliseconds } from '../core/fields.ts'

interface Part { name: string, command: string, optional?: boolean }
interface Verdict extends Part { ok: boolean, passed: number, failed: number, skipped: number, log: string, ms: number }

// What cannot be had is named in its log, and the tests that need it are left out, which the summary counts.
const SERVERS: Part = { name: 'servers', command: 'node scripts/provision.ts', optional: true }

const PARTS: readonly Part[] = [
  { name: 'lint', command: 'npm run --silent lint' },
  { name: 'types', command: 'npm run --silent typecheck' },
  { name: 'generated', command: 'node scripts/generate.ts --check' },
  { name: 'unit', command: 'npm run --silent test:unit' }
]

const ON_SERVERS: readonly Part[] = [
  { name: 'system', command: 'npm run --silent test:system' },
  { name: 'cluster', command: 'npm run --silent test:cluster' }
]

const LINES = 60
const logs = mkdtempSync(join(tmpdir(), 'peerprobe-test-'))
const requireAll = process.env['PEERPROBE_REQUIRE_ALL'] === '1'

say(`logs in ${logs}`)
const verdicts: Verdict[] = []

const servers = run(SERVERS)

for (const part of PARTS) {
  verdicts.push(tell(await run(part)))
}

verdicts.push(tell(await servers))

for (const part of ON_SERVERS) {
  verdicts.push(tell(await run(part)))
}

for (const { name, log } of verdicts.filter(({ ok }) => !ok)) {
  say(`\n--- ${name} failed; from ${log}:`)
  say(failuresIn(readFileSync(log, 'utf8')))
}

const passed = sum(({ passed }) => passed)
const failed = sum(({ failed }) => failed)
const skipped = sum(({ skipped }) => skipped)
const green = verdicts.every(({ ok }) => ok) && !(requireAll && skipped > 0)

say(`\n${verdicts.map(({ name, ok }) => `${ok ? 'ok' : 'FAILED'} ${name}`).join(', ')}`)
if (skipped > 0) {
  say(`${String(skipped)} tests were left out${requireAll ? ', and PEERPROBE_REQUIRE_ALL=1 makes that a failure' : ''}: their reasons are in the logs`)
}
say(`${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}`)
process.exitCode = green ? 0 : 1

async function run (part: Part): Promise<Verdict> {
  const log = join(logs, `${part.name}.log`)
  const file = createWriteStream(log)
  const startedAt = performance.now()

  const child = spawn(part.command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.pipe(file, { end: false })
  child.stderr.pipe(file, { end: false })
  const [code] = await once(child, 'close') as [number | null]
  file.end()
  await once(file, 'close')

  return { ...part, log, ...judge(code === 0 || (part.optional === true && !requireAll), readFileSync(log, 'utf8')), ms: performance.now() - startedAt }
}

function tell (verdict: Verdict): Verdict {
  const { name, command, ok, passed, failed, ms } = verdict
  say(`${name.padEnd(10)} ${command.padEnd(34)} ${ok ? 'ok' : 'FAILED'}${passed + failed > 1 ? ` (${String(passed)} passed, ${String(failed)} failed)` : ''} in ${formatMilliseconds(ms)}`)
  return verdict
}

// A part without tests of its own (lint, types) counts as one. A test part that ran no test has failed.
function judge (exitedWell: boolean, output: string): Pick<Verdict, 'ok' | 'passed' | 'failed' | 'skipped'> {
  const count = (word: string): number | undefined => {
    const found = [...output.matchAll(new RegExp(`^ℹ ${word} (\\d+)$`, 'gm'))].map(([, n]) => Number(n))
    return found.length === 0 ? undefined : found.reduce((total, n) => total + n)
  }
  const tests = count('tests')

  if (tests === undefined) {
    return { ok: exitedWell, passed: exitedWell ? 1 : 0, failed: exitedWell ? 0 : 1, skipped: 0 }
  }

  return { ok: exitedWell && tests > 0, passed: count('pass') ?? 0, failed: (count('fail') ?? 0) + (count('cancelled') ?? 0), skipped: (count('skipped') ?? 0) + (count('todo') ?? 0) }
}

// The runner's own lists of failed tests, or the end where there are none.
function failuresIn (output: string): string {
  const [, ...lists] = output.trimEnd().split(/^✖ failing tests:$/m)
  const excerpts = lists.length === 0 ? [output] : lists

  return excerpts.map(text => text.trim().split('\n')).map(lines => (lists.length === 0 ? lines.slice(-LINES) : lines.slice(0, LINES)).join('\n')).join('\n…\n')
}

function sum (of: (verdict: Verdict) => number): number {
  return verdicts.reduce((total, verdict) => total + of(verdict), 0)
}

function say (text: string): void {
  process.stdout.write(`${text}\n`)
}
