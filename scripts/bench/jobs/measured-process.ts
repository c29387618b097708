import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ProbeError } from '../../../core/errors.ts'
import { NODE_FLAGS } from '../../../core/process/node-flags.ts'
import { TempFolder } from '../../../test/support/temp-folder.ts'
import { USAGE_VARIABLE } from './usage-at-exit.ts'
import type { ProcessUsage } from './usage-at-exit.ts'

/** What a process took from its start to its end. */
export interface MeasuredEnd extends ProcessUsage {
  seconds: number

  /** The end of what it printed. */
  output: string
}

/** A process to measure. */
export interface MeasuredCommand {
  /** Path of its main module from the root of the repository. */
  main: string

  args?: readonly string[]
  env?: Readonly<Record<string, string>>
}

const ROOT = new URL('../../../', import.meta.url)
const USAGE = fileURLToPath(new URL('usage-at-exit.ts', import.meta.url))
const OUTPUT_CHARS = 4_000

/** Runs a program of the product, with the flags that it has in a pod, and measures it. @throws ProbeError `PP_CHILD_FAILED` when it fails */
export async function runMeasured ({ main, args = [], env = {} }: MeasuredCommand, signal: AbortSignal): Promise<MeasuredEnd> {
  using folder = new TempFolder()
  const usagePath = folder.file('usage.json')
  const startMs = performance.now()
  const child = spawn(process.execPath, [...NODE_FLAGS, '--import', USAGE, fileURLToPath(new URL(main, ROOT)), ...args], {
    env: { ...process.env, ...env, [USAGE_VARIABLE]: usagePath },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = `${output}${chunk.toString()}`.slice(-OUTPUT_CHARS)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const [code] = await once(child, 'close') as [number | null]

  if (code !== 0) {
    throw new ProbeError('PP_CHILD_FAILED', `${main} ${args.join(' ')} ended with ${String(code)}: ${output}`)
  }

  return { ...JSON.parse(readFileSync(usagePath, 'utf8')) as ProcessUsage, seconds: (performance.now() - startMs) / 1_000, output }
}
