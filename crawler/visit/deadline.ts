import { outcomeOfFault, peerFault } from './peer-fault.ts'
import type { Clock } from '../../core/clock.ts'

/**
 * The time that a remote has for one thing. Its signal aborts with the outcome `timeout` when the
 * time is up, and with its parent: then with the parent's outcome, which is `aborted` unless it has one.
 */
export class Deadline implements Disposable {
  private readonly controller = new AbortController()
  private readonly clock: Clock
  private readonly limitMs: number
  private readonly parent: AbortSignal
  private timer: Disposable
  private dueMs: number

  constructor (clock: Clock, limitMs: number, parent: AbortSignal) {
    this.clock = clock
    this.limitMs = limitMs
    this.parent = parent
    this.dueMs = clock.monotonic() + limitMs
    this.timer = this.wait(limitMs)

    if (parent.aborted) {
      this.onAbort()
    } else {
      parent.addEventListener('abort', this.onAbort, { once: true })
    }
  }

  get signal (): AbortSignal {
    return this.controller.signal
  }

  /** Grants the whole time again. The timer stays: each answer of a peer comes here, and hardly any is the last before silence. */
  restart (): void {
    this.dueMs = this.clock.monotonic() + this.limitMs
  }

  [Symbol.dispose] (): void {
    this.timer[Symbol.dispose]()
    this.parent.removeEventListener('abort', this.onAbort)
  }

  private wait (ms: number): Disposable {
    return this.clock.after(ms, () => {
      const leftMs = this.dueMs - this.clock.monotonic()

      if (leftMs > 0) {
        this.timer = this.wait(leftMs)
      } else {
        this.controller.abort(peerFault('timeout', 'no answer in time'))
      }
    })
  }

  private readonly onAbort = (): void => {
    const reason: unknown = this.parent.reason

    this.controller.abort(outcomeOfFault(reason) === undefined ? peerFault('aborted', 'the crawl or the process stopped', reason) : reason)
  }
}
