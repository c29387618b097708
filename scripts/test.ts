/**
 * `npm test`: runs all checks and tests, part by part, each with its own log file, and prints one
 * summary. A failed part does not stop the others, so that one run shows all failures. The real
 * servers are installed meanwhile, which takes minutes the first time.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatMilliseconds } from '../core/time/duration.ts'
import { runPart } from './testing/run-part.ts'
import { runServerTests } from './testing/server-tests.ts'
import { isGreen, summaryOf } from './testing/summary.ts'
import type { Part } from './testing/run-part.ts'
import type { Verdict } from './testing/summary.ts'

const logs = mkdtempSync(join(tmpdir(), 'peerprobe-test-'))
// Tests start some hundred Node processes: with a shared compile cache, each takes two thirds of the CPU time.
process.env['NODE_COMPILE_CACHE'] ??= join(logs, 'compiled')
const requireAll = process.env['PEERPROBE_REQUIRE_ALL'] === '1'

// Servers that cannot be installed are listed in the log. Tests that need them are skipped, and the summary counts the skipped tests.
const SERVERS: Part = { name: 'servers', command: 'node scripts/provision.ts', optional: !requireAll }

// Each of these takes one core, so two run at the same time.
const SOURCES: readonly (readonly Part[])[] = [
  [{ name: 'lint', command: 'npm run --silent lint' }],
  [{ name: 'types', command: 'npm run --silent typecheck' }, { name: 'generated', command: 'node scripts/generate.ts --check' }]
]

// Uses both cores. Never run again: a flaky unit test cannot be explained by a server.
const UNIT: Part = { name: 'unit', command: 'npm run --silent test:unit' }

say(`logs in ${logs}`)
const servers = run(SERVERS)
const verdicts: Verdict[] = (await Promise.all(SOURCES.map(inOrder))).flat()
verdicts.push(report(await run(UNIT)))
verdicts.push(report(await servers))
verdicts.push(...(await runServerTests({ parts: ['system', 'cluster', 'node'], logOf, say })).map(report))

summaryOf(verdicts, requireAll).forEach(say)
process.exitCode = isGreen(verdicts, requireAll) ? 0 : 1

async function inOrder (parts: readonly Part[]): Promise<Verdict[]> {
  const ended: Verdict[] = []

  for (const part of parts) {
    ended.push(report(await run(part)))
  }

  return ended
}

async function run (part: Part): Promise<Verdict> {
  return await runPart(part, logOf(part.name))
}

function logOf (name: string): string {
  return join(logs, `${name}.log`)
}

function report (verdict: Verdict): Verdict {
  const { name, command, ok, passed, failed, ms } = verdict
  say(`${name.padEnd(10)} ${command.padEnd(34)} ${ok ? 'ok' : 'FAILED'}${passed + failed > 1 ? ` (${String(passed)} passed, ${String(failed)} failed)` : ''} in ${formatMilliseconds(ms)}`)

  return verdict
}

function say (text: string): void {
  process.stdout.write(`${text}\n`)
}
