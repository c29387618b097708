import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { backoffMs } from '../core/backoff.ts'
import { errorText, ProbeError } from '../core/errors.ts'
import { NODE_FLAGS } from '../core/node-flags.ts'
import { isChildReady } from '../core/parent-link.ts'
import { EXIT } from '../core/process.ts'
import { pause } from '../core/signals.ts'
import { RotatingLog } from './rotating-log.ts'
import type { ChildProcess } from 'node:child_process'

/** What to run. */
export interface ChildSpec {
  /** Shown to people, such as `crawler main`. */
  name: string

  /** Entry file. */
  entry: string

  /** Path of its configuration file, passed as PEERPROBE_CONFIG. */
  configPath: string

  /** File that takes what it prints. */
  logPath: string
}

/** Settings of {@link SupervisedChild}. */
export interface SupervisorOptions {
  /** Told when the child ended although it should be running, and when it will run again. */
  onRestart: (event: { name: string, cause: string, waitMs: number }) => void

  /** How long a child may take to stop before it is killed, in milliseconds. @default 30000 */
  stopTimeoutMs?: number
}

// A child that stayed up this long has recovered: its next fault starts the back-off anew.
const STABLE_MS = 60_000

// Answers come from the same machine: anything slower is a hung process, and liveness shows it.
const STATUS_TIMEOUT_MS = 2_000

/**
 * One component as a child process: the laptop's Deployment. It is restarted with back-off
 * (1 s to 30 s) whenever it ends, except where its configuration is at fault; stopped by
 * SIGTERM, then by SIGKILL. In a process group of its own, so that the terminal's Ctrl-C reaches
 * the runner alone, which stops its children in order.
 */
export class SupervisedChild implements AsyncDisposable {
  readonly name: string
  readonly #spec: ChildSpec
  readonly #options: SupervisorOptions
  readonly #log: RotatingLog
  readonly #stop = new AbortController()
  #process: ChildProcess | undefined
  #adminPort: number | undefined

  /** Settles when the child is stopped; rejects when it cannot be kept running. */
  readonly ended: Promise<void>

  constructor (spec: ChildSpec, options: SupervisorOptions) {
    this.name = spec.name
    this.#spec = spec
    this.#options = options
    this.#log = new RotatingLog(spec.logPath)
    this.ended = this.#supervise()
    // The rejection is reported to whoever awaits `ended`; it must not end the runner before.
    this.ended.catch(() => undefined)
  }

  /** Process id while it runs. */
  get pid (): number | undefined {
    return this.#process?.pid
  }

  /** What the child says at `/status`; undefined while it is not up. */
  async status (signal: AbortSignal): Promise<unknown> {
    if (this.#adminPort === undefined) {
      return undefined
    }

    try {
      const response = await fetch(`http://127.0.0.1:${String(this.#adminPort)}/status`, { signal: AbortSignal.any([signal, AbortSignal.timeout(STATUS_TIMEOUT_MS)]) })
      return await response.json()
    } catch {
      signal.throwIfAborted()
      return undefined // it is starting, stopping or dead: the supervisor knows which
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#stop.abort()
    this.#process?.kill('SIGTERM')
    const timer = setTimeout(() => this.#process?.kill('SIGKILL'), this.#options.stopTimeoutMs ?? 30_000)
    await this.ended.catch(() => undefined) // reported where `ended` is awaited
    clearTimeout(timer)
    await this.#log[Symbol.asyncDispose]()
  }

  async #supervise (): Promise<void> {
    for (let fault = 1; ; fault++) {
      const startedAt = performance.now()
      const cause = this.#stop.signal.aborted ? 'stopped' : await this.#runOnce()

      if (this.#stop.signal.aborted) {
        return
      }
      if (performance.now() - startedAt > STABLE_MS) {
        fault = 1
      }

      const waitMs = backoffMs(fault, { initialMs: 1_000, jitter: 0 })
      this.#options.onRestart({ name: this.name, cause, waitMs })
      await pause(waitMs, this.#stop.signal)
    }
  }

  // Runs the process until it ends, and says how it ended.
  async #runOnce (): Promise<string> {
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
        throw new ProbeError('PP_CHILD_FAILED', `${this.name} refuses its configuration; its log ${this.#spec.logPath} says why`)
      }
      return name === null ? `exit code ${String(code)}` : `signal ${name}`
    } catch (err) {
      if (err instanceof ProbeError) {
        throw err
      }
      return errorText(err)
    } finally {
      this.#process = undefined
      this.#adminPort = undefined
    }
  }
}
