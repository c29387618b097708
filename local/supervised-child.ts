import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { errorText, ProbeError } from '../core/errors.ts'
import { NODE_FLAGS } from '../core/process/node-flags.ts'
import { isChildReady } from '../core/process/parent-link.ts'
import { EXIT } from '../core/process/process.ts'
import { escapeControlChars } from '../core/text/escape-control-chars.ts'
import { backoffMs } from '../core/time/backoff.ts'
import { systemClock } from '../core/time/clock.ts'
import { pause } from '../core/time/sleep.ts'
import { RotatingLog } from './files/rotating-log.ts'
import type { ChildProcess } from 'node:child_process'

/** What to run. */
export interface ChildSpec {
  /** Name for messages, such as `crawler main`. */
  name: string

  /** Entry file. */
  entry: string

  /** Path of its configuration file, passed as PEERPROBE_CONFIG. */
  configPath: string

  /** File for its output. */
  logPath: string

  /** File to which it writes its last error when it fails. */
  lastWordsPath: string
}

/** The status of a child, from `/status`. */
export interface ChildStatus {
  status: unknown

  /** Age of the status, in milliseconds; 0 if it answered now. */
  ageMs: number
}

/** Settings of {@link SupervisedChild}. */
export interface SupervisorOptions {
  /** Called when the child ended although it should be running, with the time until it is started again. */
  onRestart: (event: { name: string, cause: string, waitMs: number }) => void

  /** Number of failures in a row, each within a minute of its start, after which the child is given up; signals from outside do not count. @default Infinity */
  maxFailedStarts?: number

  /** How long a child may take to stop before it is killed, in milliseconds. @default 30000 */
  stopTimeoutMs?: number
}

// A child that stayed up this long has recovered: its next failure starts the back-off again.
const STABLE_MS = 60_000

// Answers come from the same machine: a slower process hangs, and its liveness shows that.
const STATUS_TIMEOUT_MS = 2_000

const MAX_LAST_WORDS = 500

/**
 * One component as a child process: the local counterpart of a Deployment. It is restarted with
 * back-off (1 s to 30 s) whenever it ends, except when its configuration is the cause, and stopped
 * by SIGTERM, then by SIGKILL. It has its own process group: Ctrl-C in the terminal reaches only
 * the runner, which stops its children in order.
 */
export class SupervisedChild implements AsyncDisposable {
  readonly name: string
  readonly #spec: ChildSpec
  readonly #options: SupervisorOptions
  readonly #log: RotatingLog
  readonly #stop = new AbortController()
  #process: ChildProcess | undefined
  #adminPort: number | undefined
  #last: { status: unknown, at: number } | undefined

  /** Settles when the child is stopped; rejects when it cannot be kept running. */
  readonly ended: Promise<void>

  constructor (spec: ChildSpec, options: SupervisorOptions) {
    this.name = spec.name
    this.#spec = spec
    this.#options = options
    this.#log = new RotatingLog(spec.logPath)
    this.ended = this.#supervise()
    // Callers that await `ended` get the rejection; it must not end the runner before that.
    this.ended.catch(() => undefined)
  }

  /** Process id while it runs. */
  get pid (): number | undefined {
    return this.#process?.pid
  }

  /** The status of the child, or its last status if it is slow to answer; undefined while it is not up. */
  async status (signal: AbortSignal): Promise<ChildStatus | undefined> {
    if (this.#adminPort === undefined) {
      return undefined
    }

    try {
      const response = await fetch(`http://127.0.0.1:${String(this.#adminPort)}/status`, { signal: AbortSignal.any([signal, AbortSignal.timeout(STATUS_TIMEOUT_MS)]) })
      this.#last = { status: await response.json(), at: performance.now() }

      return { status: this.#last.status, ageMs: 0 }
    } catch {
      signal.throwIfAborted()
      const last = this.#last // undefined once it has ended: the supervisor reports why

      return last === undefined ? undefined : { status: last.status, ageMs: performance.now() - last.at }
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#stop.abort()
    this.#process?.kill('SIGTERM')
    const timer = setTimeout(() => this.#process?.kill('SIGKILL'), this.#options.stopTimeoutMs ?? 30_000)
    await this.ended.catch(() => undefined) // reported where `ended` is awaited
    clearTimeout(timer)
    this.#log[Symbol.dispose]()
  }

  async #supervise (): Promise<void> {
    let failedStarts = 0

    for (let fault = 1; ; fault++) {
      const startedAt = performance.now()
      const { cause, isFailure } = this.#stop.signal.aborted ? { cause: 'stopped', isFailure: false } : await this.#runOnce()

      if (this.#stop.signal.aborted) {
        return
      }
      if (performance.now() - startedAt > STABLE_MS) {
        fault = 1
        failedStarts = 0
      }
      failedStarts += isFailure ? 1 : 0
      if (failedStarts >= (this.#options.maxFailedStarts ?? Infinity)) {
        throw new ProbeError('PP_CHILD_FAILED', `${this.name} failed ${String(failedStarts)} times in a row, last with ${cause}; its log ${this.#spec.logPath} says more`)
      }

      const waitMs = backoffMs(fault, { initialMs: 1_000, jitter: 0 })
      this.#options.onRestart({ name: this.name, cause, waitMs })
      await pause(systemClock, waitMs, this.#stop.signal)
    }
  }

  // Runs the process until it ends, and returns how it ended. A signal comes from outside and is not a failure of the process.
  async #runOnce (): Promise<{ cause: string, isFailure: boolean }> {
    rmSync(this.#spec.lastWordsPath, { force: true })
    const child = spawn(process.execPath, [...NODE_FLAGS, this.#spec.entry], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      env: { ...process.env, PEERPROBE_CONFIG: this.#spec.configPath }
    })
    this.#process = child
    child.on('message', (message) => {
      if (isChildReady(message)) {
        this.#adminPort = message.adminPort
      }
    })
    this.#log.follow(child.stdout)
    this.#log.follow(child.stderr)

    try {
      const [code, name] = await once(child, 'close') as [number | null, NodeJS.Signals | null]

      if (code === EXIT.usage) {
        throw new ProbeError('PP_CHILD_FAILED', `${this.name} refuses its configuration${this.#lastWords()}; its log ${this.#spec.logPath} says more`)
      }
      return name === null ? { cause: `exit code ${String(code)}${this.#lastWords()}`, isFailure: true } : { cause: `signal ${name}`, isFailure: false }
    } catch (err) {
      if (err instanceof ProbeError) {
        throw err
      }
      return { cause: errorText(err), isFailure: true }
    } finally {
      this.#last = undefined
      this.#process = undefined
      this.#adminPort = undefined
    }
  }

  // The error that it wrote before it ended, for a person: bounded, and safe to print.
  #lastWords (): string {
    try {
      return `: ${escapeControlChars(readFileSync(this.#spec.lastWordsPath, 'utf8').trim()).slice(0, MAX_LAST_WORDS)}`
    } catch {
      return '' // it had none
    }
  }
}
