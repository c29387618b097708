import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { countsIn, failureTextIn } from './spec-output.ts'
import type { Verdict } from './summary.ts'

/** A part of the tests that is one command. */
export interface Part {
  name: string
  command: string

  /** Whether it may fail; its log shows what failed. */
  optional?: boolean
}

/** Runs a command and writes its output to a file. */
export async function runPart ({ name, command, optional = false }: Part, log: string): Promise<Verdict> {
  const file = createWriteStream(log)
  const startedAt = performance.now()
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.pipe(file, { end: false })
  child.stderr.pipe(file, { end: false })
  const [code] = await once(child, 'close') as [number | null]
  file.end()
  await once(file, 'close')
  const output = readFileSync(log, 'utf8')

  return { name, command, log, ms: performance.now() - startedAt, text: failureTextIn(output), ...judge(code === 0 || optional, output) }
}

// A part without tests of its own (lint, types) counts as one. A test part that ran no test has failed.
function judge (exitedWell: boolean, output: string): Pick<Verdict, 'ok' | 'passed' | 'failed' | 'skipped'> {
  const counts = countsIn(output)

  if (counts === undefined) {
    return { ok: exitedWell, passed: exitedWell ? 1 : 0, failed: exitedWell ? 0 : 1, skipped: 0 }
  }

  const { tests, ...rest } = counts

  return { ok: exitedWell && tests > 0, ...rest }
}
