import { backoffMs } from '../../core/time/backoff.ts'
import type { BackoffOptions } from '../../core/time/backoff.ts'
import type { Clock } from '../../core/time/clock.ts'

/** The result of one key. */
export type Result = { done: true } | { requeueAfterMs: number } | { err: unknown } | { terminal: unknown }

/** Callbacks for the metrics of a queue. */
export interface QueueObserver {
  added (): void
  started (waitedMs: number): void
  finished (result: Result, tookMs: number): void
  retried (): void
}

export interface WorkQueueDeps {
  clock: Clock
  work: (key: string, signal: AbortSignal) => Promise<Result>
  observer?: QueueObserver
}

/** Settings of {@link WorkQueue}. */
export interface WorkQueueOptions extends BackoffOptions {
  /** Maximum number of keys processed at the same time. */
  workers: number
}

const BACKOFF = { initialMs: 200, maxMs: 60_000 }

/**
 * A queue of keys. Each key is in the queue at most once and is never processed by two workers at once. A failed
 * key is retried with its own growing waits. A key that was added while it was processed is processed once more.
 */
export class WorkQueue {
  readonly #deps: WorkQueueDeps
  readonly #options: WorkQueueOptions
  readonly #ready = new Map<string, number>()
  readonly #delayed = new Map<string, Disposable>()
  readonly #working = new Map<string, { sinceMs: number, done: Promise<void> }>()
  readonly #again = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #stop = new AbortController()
  #isStarted = false

  constructor (deps: WorkQueueDeps, options: WorkQueueOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Keys that wait for a worker. */
  get depth (): number {
    return this.#ready.size
  }

  /** Keys being processed. */
  get active (): number {
    return this.#working.size
  }

  /** Time since the oldest key in progress was started, in milliseconds; 0 if there is none. */
  get longestMs (): number {
    const nowMs = this.#deps.clock.monotonic()

    return Math.max(0, ...[...this.#working.values()].map(({ sinceMs }) => nowMs - sinceMs))
  }

  /** Adds a key and ends its wait, if any. */
  add (key: string): void {
    if (this.#stop.signal.aborted) {
      return
    }

    this.#delayed.get(key)?.[Symbol.dispose]()
    this.#delayed.delete(key)

    if (this.#working.has(key)) {
      this.#again.add(key)
    } else if (!this.#ready.has(key)) {
      this.#ready.set(key, this.#deps.clock.monotonic())
      this.#deps.observer?.added()
      this.#start()
    }
  }

  /** Starts processing; until then keys are only collected. */
  start (): void {
    this.#isStarted = true
    this.#start()
  }

  /** Takes no more keys, and resolves when the running keys are done. */
  async drain (): Promise<void> {
    this.#stop.abort()
    this.#ready.clear()
    this.#delayed.forEach((timer) => {
      timer[Symbol.dispose]()
    })
    this.#delayed.clear()
    await Promise.all([...this.#working.values()].map(async ({ done }) => {
      await done
    }))
  }

  #start (): void {
    if (!this.#isStarted) {
      return
    }

    for (const [key, sinceMs] of this.#ready) {
      if (this.#working.size >= this.#options.workers) {
        return
      }

      this.#ready.delete(key)
      this.#working.set(key, { sinceMs: this.#deps.clock.monotonic(), done: this.#work(key, sinceMs) })
    }
  }

  async #work (key: string, sinceMs: number): Promise<void> {
    const { clock, observer, work } = this.#deps
    const startedMs = clock.monotonic()
    observer?.started(startedMs - sinceMs)
    const result = await Promise.try(work, key, this.#stop.signal).catch((err: unknown): Result => ({ err }))
    observer?.finished(result, clock.monotonic() - startedMs)
    this.#working.delete(key)
    this.#after(key, result)
    this.#start()
  }

  #after (key: string, result: Result): void {
    const again = this.#again.delete(key)

    if ('err' in result) {
      const failures = (this.#failures.get(key) ?? 0) + 1
      this.#failures.set(key, failures)
      this.#deps.observer?.retried()
      this.#later(key, backoffMs(failures, { ...BACKOFF, ...this.#options }))
      return
    }

    this.#failures.delete(key)

    if (again) {
      this.add(key)
    } else if ('requeueAfterMs' in result) {
      this.#later(key, result.requeueAfterMs)
    }
  }

  #later (key: string, ms: number): void {
    if (this.#stop.signal.aborted) {
      return
    }

    this.#delayed.get(key)?.[Symbol.dispose]()
    this.#delayed.set(key, this.#deps.clock.after(ms, () => {
      this.#delayed.delete(key)
      this.add(key)
    }))
  }
}
