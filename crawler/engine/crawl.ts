// One crawl: up to `concurrency` visits in flight, as many as the process can serve. When a visit ends, the next
// peer's visit starts at once. One tick a second checks all limits: of the crawl, of each visit (watchdog), and of
// silence (stall). There is therefore one timer to clear, not one for each visit.
import { defined } from '../../core/defined.ts'
import { errorText, ProbeError } from '../../core/errors.ts'
import { onAbort } from '../../core/time/signals.ts'
import { ConcurrencyLimit } from './concurrency-limit.ts'
import { CrawlLedger } from './crawl-ledger.ts'
import { VisitWatch } from './visit-watch.ts'
import { abandonedResult, resultOf, VisitsInFlight } from './visits-in-flight.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Visitor, VisitResult } from '../visit/visitor.ts'
import type { CrawlLedgerDeps, PlannedVisit } from './crawl-ledger.ts'
import type { CrawlEnd, CrawlOptions, CrawlReport, CrawlSeeds, CrawlStatus } from './crawl-report.ts'
import type { CompletedVisit, VisitSink } from './population/visit-sink.ts'
import type { VisitWatchDeps } from './visit-watch.ts'
import type { RunningVisit } from './visits-in-flight.ts'

const TICK_MS = 1_000

export interface CrawlDeps extends CrawlLedgerDeps, VisitWatchDeps {
  visitor: Pick<Visitor, 'visit'>
  sink: VisitSink
  log: Logger

  /** Share of the time since it was last asked in which the process was busy, 0 to 1. */
  busyShare: () => number

  /** Called for each completed visit, published or not. */
  onVisit?: (visit: CompletedVisit) => void

  /** Called once a second, to show that the crawl still makes progress. */
  onTick?: () => void
}

/** One crawl of a network. */
export class CrawlRun {
  readonly #deps: CrawlDeps
  readonly #options: CrawlOptions
  readonly #ledger: CrawlLedger
  readonly #inFlight: VisitsInFlight
  readonly #pace: ConcurrencyLimit
  readonly #watch: VisitWatch
  readonly #over = Promise.withResolvers<undefined>()
  #timer: Disposable | undefined
  #end: CrawlEnd | undefined
  #fault: { cause: unknown } | undefined
  #isOver = false
  #waitingForSink = false

  constructor (deps: CrawlDeps, options: CrawlOptions, seeds: CrawlSeeds) {
    this.#deps = deps
    this.#options = options
    this.#ledger = new CrawlLedger(deps, options, seeds)
    this.#inFlight = new VisitsInFlight(options)
    this.#pace = new ConcurrencyLimit({ clock: deps.clock, busyShare: deps.busyShare, onMore: this.#refill }, options.concurrency)
    this.#watch = new VisitWatch(deps, this.#inFlight)
  }

  /**
   * Crawls until no peers are left, the time is up or `signal` aborts. In the last two cases it first aborts and
   * counts the visits in flight. Call it once.
   *
   * @throws ProbeError `PP_VISITOR_BROKEN` if the visitor breaks its contract; or the error of the sink
   */
  async run (signal: AbortSignal): Promise<CrawlReport> {
    this.#setTimer()
    this.#pace.start()
    using _ = onAbort(signal, () => {
      this.#stop('aborted')
    })

    try {
      this.#fill()
      await this.#over.promise
    } finally {
      this.#timer?.[Symbol.dispose]()
      this.#pace[Symbol.dispose]()
    }

    const end = this.#end ?? 'complete'

    return { ...this.#ledger.report(), ...this.#watch.troubles(), end, ...this.#ledger.coverage.result(end === 'complete') }
  }

  /** Progress of the crawl. */
  status (): CrawlStatus {
    return { ...this.#ledger.status(), ...this.#watch.troubles(), slots: this.#pace.limit, waitingForSink: this.#waitingForSink }
  }

  // Starts visits while there are slots and the sink has room, and detects the end of the crawl.
  #fill (): void {
    while (this.#end === undefined && !this.#waitingForSink && this.#inFlight.size < this.#pace.limit) {
      const room = this.#deps.sink.ready()

      if (room !== undefined) {
        this.#waitForSink(room)
        break
      }

      const next = this.#ledger.next()

      if (next === undefined) {
        break
      }

      void this.#visit(next)
    }

    if (this.#inFlight.size === 0 && (this.#end !== undefined || this.#ledger.isComplete)) {
      this.#finish()
    }
  }

  async #visit (next: PlannedVisit): Promise<void> {
    const { clock, visitor, standstill } = this.#deps
    const { peer, confirmation } = next
    const controller = new AbortController()
    const visit: RunningVisit = { ...next, controller, startedAtMs: clock.now(), sinceMs: clock.monotonic(), lostBeforeMs: standstill.lostMs }
    this.#watch.progressed(this.#inFlight.size === 0)
    this.#inFlight.start(visit)
    let result: VisitResult

    try {
      const plan = this.#ledger.coverage.planOf(next)
      const target = { id: peer.id, addresses: peer.addresses.list(), plan, isBootstrap: peer.source === 'bootstrap', ...defined({ tried: confirmation?.tried }) }
      result = await visitor.visit(target, visit.controller.signal)
    } catch (cause) {
      this.#inFlight.end(visit)
      this.#fail(new ProbeError('PP_VISITOR_BROKEN', `a visitor rejected: ${errorText(cause)}`, { cause }))
      return
    }

    // False for an abandoned visit, which has been counted already.
    if (this.#inFlight.end(visit)) {
      this.#guard(() => {
        this.#completeOrRepeat(visit, resultOf(visit, result))
        this.#fill()
      })
    }
  }

  #completeOrRepeat (visit: RunningVisit, report: VisitResult): void {
    const isOfSample = visit.sampledBucket !== undefined
    const result = this.#watch.judge(visit, report, this.#end === undefined && !isOfSample)

    if (isOfSample) {
      this.#ledger.coverage.enter(visit, report)
    } else if (result === undefined) {
      this.#ledger.putBack(visit)
    } else {
      this.#complete(visit, result)
    }
  }

  #complete (planned: PlannedVisit, result: VisitResult): void {
    const { visit, isPublished } = this.#ledger.enter(planned, result)

    if (isPublished) {
      this.#deps.sink.accept(visit)
    }

    this.#deps.onVisit?.(visit)
  }

  #setTimer (): void {
    this.#timer = this.#deps.clock.after(TICK_MS, () => {
      this.#setTimer()
      this.#guard(() => {
        this.#tick(this.#deps.clock.monotonic())
      })
    })
  }

  #tick (nowMs: number): void {
    this.#deps.onTick?.()
    this.#ledger.tick()
    const overdue = this.#watch.tick(nowMs)

    if (this.#ledger.elapsedMs - this.#watch.lostMs >= this.#options.maxDurationMs) {
      this.#stop('max-duration')
    }

    for (const visit of overdue) {
      this.#completeOrRepeat(visit, abandonedResult(visit, nowMs))
    }

    if (this.#fault === undefined && this.#inFlight.lingering > this.#options.concurrency) {
      throw new ProbeError('PP_VISITOR_BROKEN', 'more visits than there are slots did not end after their abort')
    }

    this.#fill()
  }

  readonly #refill = (): void => {
    this.#guard(() => {
      this.#fill()
    })
  }

  #waitForSink (room: Promise<void>): void {
    this.#waitingForSink = true
    room.then(() => {
      this.#waitingForSink = false
      this.#refill()
    }, (cause: unknown) => {
      this.#fail(cause)
    })
  }

  #guard (action: () => void): void {
    try {
      action()
    } catch (err) {
      this.#fail(err)
    }
  }

  #fail (cause: unknown): void {
    if (this.#isOver || this.#fault !== undefined) {
      this.#deps.log.error({ err: cause }, 'another failure of a crawl that has already failed or ended')
    } else {
      this.#fault = { cause }
      this.#stop('aborted')
      this.#fill()
    }
  }

  #stop (end: CrawlEnd): void {
    if (this.#end === undefined) {
      this.#end = end
      this.#inFlight.cutAll('stopped', this.#deps.clock.monotonic())
      this.#fill()
    }
  }

  #finish (): void {
    this.#isOver = true

    if (this.#fault === undefined) {
      this.#over.resolve(undefined)
    } else {
      this.#over.reject(this.#fault.cause)
    }
  }
}
