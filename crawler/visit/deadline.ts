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

  constructor (clock: Clock, limitMs: number, parent: AbortSignal) {
    this.clock = clock
    this.limitMs = limitMs
    this.parent = parent
    this.timer = this.start()

    if (parent.aborted) {
      this.onAbort()
    } else {
      parent.addEventListener('abort', this.onAbort, { once: true })
    }
  }

  get signal (): AbortSignal {
    return this.controller.signal
  }

  /** Grants the whole time again. */
  restart (): void {
    this.timer[Symbol.dispose]()
    this.timer = this.start()
  }

  [Symbol.dispose] (): void {
    this.timer[Symbol.dispose]()
    this.parent.removeEventListener('abort', this.onAbort)
  }

  private start (): Disposable {
    return this.clock.after(this.limitMs, () => {
      this.controller.abort(peerFault('timeout', 'no answer in time'))
    })
  }

  private readonly onAbort = (): void => {
    const reason: unknown = this.parent.reason

    this.controller.abort(outcomeOfFault(reason) === undefined ? peerFault('aborted', 'the crawl or the process stopped', reason) : reason)
  }
}
