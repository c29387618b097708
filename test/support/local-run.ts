import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ChildProcess } from 'node:child_process'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

/** How a run ended. */
export interface RunEnd {
  code: number | null
  stdout: string
  stderr: string
}

/** `npm start` as a process: the local runner with the given arguments. */
export class LocalRun implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #output = { stdout: '', stderr: '' }
  readonly ended: Promise<RunEnd>

  constructor (args: readonly string[], { cwd }: { cwd: string }) {
    this.#child = spawn(process.execPath, [MAIN, 'run', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output.stdout += String(chunk)
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#output.stderr += String(chunk)
    })
    this.ended = once(this.#child, 'close').then(([code]) => ({ code: code as number | null, ...this.#output }))
  }

  get pid (): number {
    return this.#child.pid ?? 0
  }

  get stdout (): string {
    return this.#output.stdout
  }

  get stderr (): string {
    return this.#output.stderr
  }

  /** Process ids of the running crawler or consumer processes. */
  pidsOf (component: 'crawler' | 'consumer'): number[] {
    return childrenOf(this.pid).filter(pid => commandOf(pid).includes(`/${component}/main.ts`))
  }

  signal (name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
    }
    await this.ended
  }
}

/** Running child processes of a process (Linux). */
export function childrenOf (pid: number): number[] {
  try {
    return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').split(' ').filter(text => text !== '').map(Number)
  } catch {
    return [] // the process has ended
  }
}

function commandOf (pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '' // the process has ended
  }
}
