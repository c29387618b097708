// Active discovery: crawls the network on the scan's interval, starting from the bootstrap peers and the last crawl's
// population, and publishes the visits.
import { defined } from '../core/defined.ts'
import { busyShare } from '../core/time/busy-share.ts'
import { pause } from '../core/time/sleep.ts'
import { tickWhile } from '../core/time/tick-while.ts'
import { diagnose } from './engine/crawl-diagnosis.ts'
import { CrawlRun } from './engine/crawl.ts'
import { changeOf, overlapOf } from './engine/population/population-change.ts'
import { CRAWL_BYTES } from './publish/byte-budget.ts'
import { crawlEndedMessage, crawlStartedMessage } from './publish/crawl-message.ts'
import { publishingSink } from './publish/publishing-sink.ts'
import { equalBytes } from './wire/bytes.ts'
import type { DiskWatch } from '../core/disk/disk-watch.ts'
import type { Logger } from '../core/process/logger.ts'
import type { Beat } from '../core/process/progress.ts'
import type { Clock } from '../core/time/clock.ts'
import type { StandstillWatch } from '../core/time/standstill.ts'
import type { CompiledScan } from './compile-scan.ts'
import type { AnsweredRequest, CrawlRequests } from './crawl-requests.ts'
import type { DialBudget } from './dial/dial-budget.ts'
import type { CrawlReport, CrawlSeeds, CrawlStatus } from './engine/crawl-report.ts'
import type { KnownPeer } from './engine/frontier/known-peer.ts'
import type { SpokenProtocols } from './engine/frontier/unqueried-peers.ts'
import type { CompletedVisit } from './engine/population/visit-sink.ts'
import type { CrawlStart, Schedule } from './engine/schedule.ts'
import type { CrawlComparison } from './metrics/last-crawl-metrics.ts'
import type { PeerRecord } from './peer/peer-record.ts'
import type { PublishedForm } from './publish/byte-budget.ts'
import type { MessageContext } from './publish/message-context.ts'
import type { CrawlTables, NeighboursPublisher } from './publish/neighbours/neighbours-publisher.ts'
import type { Publisher } from './publish/publisher.ts'
import type { ThirdQuestionFile } from './third-question-file.ts'
import type { Visitor } from './visit/visitor.ts'

export interface ActiveDiscoveryDeps {
  clock: Clock
  log: Logger
  schedule: Schedule
  visitor: Visitor
  publisher: Publisher

  /** Disks of the message log: no crawl starts, and no visit, while one has no room. */
  disks?: Pick<DiskWatch, 'room'>

  /** Crawls requested by a user, in addition to those of the interval. */
  requests?: Pick<CrawlRequests, 'waiting' | 'answer' | 'answered'>

  /** DHT protocols that visits use and learn. */
  protocols?: SpokenProtocols

  /** Reset for each crawl. */
  budget?: Pick<DialBudget, 'startCrawl'>

  /** Heartbeat, while a crawl makes progress and while the next one is awaited. */
  beat: Beat

  /** Detects standstills of this process during a crawl. */
  standstill: StandstillWatch

  /** Whether the scan may and can dial an address. */
  isDialable: (address: Uint8Array) => boolean

  /** The peers that a crawl starts from; called for each crawl, since names may resolve differently. */
  bootstrap: (signal: AbortSignal) => Promise<readonly PeerRecord[]>

  /** The passive node's connected and recent peers: each crawl starts from them too. */
  passive?: { id: Uint8Array, connected: () => readonly PeerRecord[], known: () => readonly KnownPeer[], metIds: () => ReadonlySet<string> }

  /** Whether each crawl asks a third question. @default never */
  thirdQuestion?: Pick<ThirdQuestionFile, 'isAsked' | 'note'>

  /** Publishes the routing tables that each crawl reads. @default they are not published */
  neighbours?: Pick<NeighboursPublisher, 'begin'>

  /** Saves a crawl's population for the time after a restart. */
  keep?: (population: readonly KnownPeer[]) => Promise<void>

  onVisit: (visit: CompletedVisit) => void

  /** Called with the form in which each visit was published. */
  onForm?: (form: PublishedForm) => void
  onCrawl: (report: CrawlReport, comparison: CrawlComparison) => void
}

const WAIT_SLICE_MS = 5_000

/** Crawls one network repeatedly. */
export class ActiveDiscovery {
  readonly #deps: ActiveDiscoveryDeps
  readonly #options: CompiledScan['crawl']
  readonly #context: MessageContext
  #known: readonly KnownPeer[]
  #run: CrawlRun | undefined
  #last: CrawlReport | undefined

  /** @param known population of the last crawl before this process started */
  constructor (deps: ActiveDiscoveryDeps, options: CompiledScan['crawl'], context: MessageContext, known: readonly KnownPeer[] = []) {
    this.#deps = deps
    this.#options = options
    this.#context = context
    this.#known = known
  }

  /** The running crawl; undefined between two crawls. */
  get crawl (): CrawlStatus | undefined {
    return this.#run?.status()
  }

  /** The last crawl whose end message is acknowledged. */
  get lastCrawl (): CrawlReport | undefined {
    return this.#last
  }

  /** The last request for which a crawl has started. */
  get answeredRequest (): AnsweredRequest | undefined {
    return this.#deps.requests?.answered
  }

  /** Crawls until `signal` aborts; a running crawl then ends and is reported as aborted. */
  async run (signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const start = await this.#nextStart(signal)

      if (start !== undefined) {
        await this.#crawl(start, signal)
      }
    }
  }

  // Waits in slices, so that a long interval does not look like a hung loop.
  async #nextStart (signal: AbortSignal): Promise<CrawlStart | undefined> {
    const { schedule, beat, clock, disks } = this.#deps

    // Short crawls at a short interval end before their first tick, and are due before a slice is over.
    beat.beat()
    await this.#checkRequests()

    while (!signal.aborted && (schedule.dueInMs > WAIT_SLICE_MS || disks?.room() !== undefined)) {
      beat.beat()
      await pause(clock, WAIT_SLICE_MS, signal)
      await this.#checkRequests()
    }

    return signal.aborted ? undefined : await schedule.next(signal)
  }

  async #checkRequests (): Promise<void> {
    if (await this.#deps.requests?.waiting() !== undefined) {
      this.#deps.schedule.hasten()
    }
  }

  async #crawl (start: CrawlStart, signal: AbortSignal): Promise<void> {
    const { clock, log, visitor, publisher, beat, standstill, isDialable, passive, protocols, disks, onVisit, onForm, onCrawl } = this.#deps
    const forms = { whole: 0, short: 0, none: 0 }
    using held = new DisposableStack()
    held.use(standstill.watch())
    this.#deps.budget?.startCrawl()
    await this.#deps.requests?.answer(start.crawlId)
    const bootstrap = await this.#deps.bootstrap(signal)
    const options = { ...this.#options, ...start, asksThird: this.#deps.thirdQuestion?.isAsked ?? false }

    const tables = this.#deps.neighbours?.begin(start.crawlId)
    publisher.accept(crawlStartedMessage({ ...options, startedAtMs: clock.now() }, this.#context))
    log.info({ crawlId: start.crawlId, bootstrap: bootstrap.length, known: this.#known.length }, 'crawl started')
    this.#run = new CrawlRun({
      clock,
      log,
      visitor,
      isDialable,
      standstill,
      ...defined({ protocols }),
      busyShare: busyShare(),
      isSelf: id => passive !== undefined && equalBytes(id, passive.id),
      onVisit,
      sink: publishingSink(publisher, this.#context, { ...defined({ disks, tables }), limits: CRAWL_BYTES, onForm: (form) => {
        forms[form]++
        onForm?.(form)
      } }),
      onTick: () => {
        beat.beat()
      }
    }, options, { bootstrap, ...this.#seeds() })

    try {
      const before = this.#known
      const report = await this.#run.run(signal)
      this.#known = report.population
      await this.#deps.keep?.(this.#known)
      await this.#deps.thirdQuestion?.note(report.coverage)
      // While the bus is away this waits, maybe for hours: that is no hang.
      await tickWhile(this.#announceEnd({ ...report, forms }, tables, signal), { clock, ms: WAIT_SLICE_MS, tick: () => {
        beat.beat()
      } })
      onCrawl(report, {
        change: changeOf(before, report.population),
        overlap: passive === undefined ? undefined : overlapOf(report.population, passive.metIds())
      })
      this.#last = report
    } finally {
      this.#run = undefined
    }
  }

  // Passive peers come last: for a peer in both lists, the data of the last crawl is newer.
  #seeds (): Pick<CrawlSeeds, 'connected' | 'known'> {
    const { passive } = this.#deps

    return { connected: passive?.connected() ?? [], known: [...this.#known, ...passive?.known() ?? []] }
  }

  #warn (report: CrawlReport): void {
    const { crawlId } = report
    const { problem, warning } = diagnose(report, this.#context.network)

    if (problem !== undefined) {
      this.#deps.log.warn({ crawlId, ...problem }, 'crawl found nothing useful')
    }
    if (warning !== undefined) {
      this.#deps.log.warn({ crawlId, ...warning }, 'crawl missed a part of the network')
    }
  }

  #warnOfForms ({ crawlId, forms: { short, none } }: { crawlId: number, forms: Record<PublishedForm, number> }): void {
    if (short + none > 0) {
      this.#deps.log.warn({ crawlId, inShort: short, notAtAll: none }, 'peers reported more data than a crawl publishes: some visits were published in short form or only counted')
    }
  }

  // `finished` is sent when every visit is acknowledged. On a stop the publisher flushes its buffer.
  async #announceEnd (report: CrawlReport & { forms: Record<PublishedForm, number> }, tables: CrawlTables | undefined, signal: AbortSignal): Promise<void> {
    // First: everyone who sees the crawl's own end finds its tables published.
    await tables?.end(report.end === 'aborted' ? 'aborted' : 'finished', signal)
    const message = crawlEndedMessage(report, this.#context)
    const { crawlId, end, totals, startedAtMs, finishedAtMs, watchdogCuts, stalls, lostMs, standstills, repeatedVisits } = report
    const { confirmations, confirmationsLeftOut, gonePeers, coverage, coverageGap } = report
    const troubles = { watchdogCuts, stalls, lostMs, standstills, repeatedVisits }
    const checked = { confirmations, confirmationsLeftOut, gonePeers, ...defined({ coverage, coverageGap }) }
    this.#deps.log.info({ crawlId, end, durationMs: finishedAtMs - startedAtMs, totals, ...checked, ...troubles }, 'crawl ended')
    this.#warn(report)
    this.#warnOfForms(report)

    if (signal.aborted) {
      this.#deps.publisher.accept(message)
    } else {
      await this.#deps.publisher.publishAfterAll(message, signal)
    }
  }
}
