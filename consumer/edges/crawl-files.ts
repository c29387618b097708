// Routing tables → one file for each crawl, whole or not there. The positions of messages are committed once the crawl that they belong
// to is over, so a process that is killed reads an unfinished crawl again from its first message. The messages of a crawl are
// numbered: repeated ones are recognised by their number, and where one is missing there is no file.
import { errorText } from '../../core/errors.ts'
import { edgeFileName } from './edge-file-name.ts'
import { EdgeFile } from './edge-file.ts'
import { EndedCrawls } from './ended-crawls.ts'
import type { Neighbours, NeighboursEnd } from '../../core/contracts/edges/neighbours.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { CrawlKey } from './edge-file-name.ts'
import type { EdgeFolder } from './edge-folder.ts'
import type { EdgeObserver, EdgeOutcome } from './edge-observer.ts'

export interface CrawlFilesDeps {
  folder: Pick<EdgeFolder, 'has' | 'begin' | 'removeOld'>
  clock: Clock
  log: Logger
  observer: Pick<EdgeObserver, 'ended'>

  /** Whether the folder's disk is nearly full: then no file is begun or continued. */
  isDiskLow: () => boolean
}

/** Crawls whose files are open at once; a PeerProbe has at most 32 scans. */
export const MAX_OPEN = 32

// Rows of one file: twice what a crawler publishes in a crawl.
const MAX_ROWS = 20_000_000

/** A crawl of which nothing arrived for this long is over, once other messages arrive: its scan was removed while it ran. */
export const SILENT_MS = 3_600_000

interface OpenCrawl extends CrawlKey {
  partition: number

  /** Offset of its first message. */
  firstOffset: number

  /** Number of its next message. */
  next: number

  /** When its last message arrived, by the monotonic clock. */
  lastMs: number

  file: EdgeFile
}

/** Where a message is. */
export interface Position { partition: number, offset: number }

/** Fills the files of the crawls whose tables arrive. */
export class CrawlFiles implements AsyncDisposable {
  readonly #deps: CrawlFilesDeps
  readonly #open = new Map<string, OpenCrawl>()
  readonly #ended: EndedCrawls

  constructor (deps: CrawlFilesDeps) {
    this.#deps = deps
    this.#ended = new EndedCrawls(deps)
  }

  /** Crawls whose files are being filled. */
  get openCrawls (): number {
    return this.#open.size
  }

  /** The least offset of a partition at which an open crawl begins; Infinity where none is open. */
  firstOffset (partition: number): number {
    return [...this.#open.values()].filter(crawl => crawl.partition === partition).reduce((least, { firstOffset }) => Math.min(least, firstOffset), Infinity)
  }

  /** Removes what is unfinished: it is read again by the next reader of the partition. */
  async [Symbol.asyncDispose] (): Promise<void> {
    for (const { file } of this.#open.values()) {
      await file[Symbol.asyncDispose]()
    }
    this.#open.clear()
  }

  /** Takes the message of a visit. */
  async take (table: Neighbours, position: Position): Promise<void> {
    const crawl = await this.#crawlOf(table, position)

    if (crawl === undefined || table.sequence < crawl.next) {
      return
    }
    if (table.sequence > crawl.next) {
      await this.#close(crawl, 'incomplete', `message ${String(crawl.next)} of the crawl is missing`)
      return
    }

    crawl.next++
    crawl.lastMs = this.#deps.clock.monotonic()
    await this.#add(crawl, table)
  }

  async #add (crawl: OpenCrawl, table: Neighbours): Promise<void> {
    const before = crawl.file.bytes

    try {
      await crawl.file.add(table)

      if (crawl.file.bytes > before) {
        await this.#checkRoom(crawl)
      }
    } catch (err) {
      await this.#close(crawl, 'failed', errorText(err))
    }
  }

  // After each group of rows that was written.
  async #checkRoom (crawl: OpenCrawl): Promise<void> {
    if (this.#deps.isDiskLow()) {
      await this.#close(crawl, 'skipped', 'the disk is nearly full')
    } else if (crawl.file.rows > MAX_ROWS) {
      await this.#close(crawl, 'incomplete', `it has more than ${String(MAX_ROWS)} rows`)
    } else {
      await crawl.file.touch(this.#deps.clock.now())
    }
  }

  /** The open crawl of a table; undefined where its crawl is over. */
  async #crawlOf (table: Neighbours, position: Position): Promise<OpenCrawl | undefined> {
    const { scan, crawlId } = table
    const open = this.#open.get(scan)

    if (open?.crawlId === crawlId) {
      return open
    }
    if (crawlId < (open?.crawlId ?? 0) || this.#ended.has(table)) {
      return undefined
    }
    if (open !== undefined) {
      await this.#close(open, 'incomplete', 'the next crawl of its scan began before it ended')
    }

    return await this.#begin(table, position)
  }

  async #begin ({ scan, crawlId, sequence }: Neighbours, { partition, offset }: Position): Promise<OpenCrawl | undefined> {
    const { folder, clock } = this.#deps
    const crawl = { scan, crawlId }

    if (folder.has(crawl)) {
      // A process that was killed had written it before it committed.
      this.#ended.add(crawl)
      return undefined
    }

    if (this.#isRefused(crawl, sequence)) {
      return undefined
    }

    const [oldest] = this.#open.values()

    if (oldest !== undefined && this.#open.size >= MAX_OPEN) {
      await this.#close(oldest, 'incomplete', `more than ${String(MAX_OPEN)} scans crawl at once`)
    }

    try {
      const begun = { ...crawl, partition, firstOffset: offset, next: 1, lastMs: clock.monotonic(), file: new EdgeFile(await folder.begin(crawl)) }
      this.#open.set(scan, begun)

      return begun
    } catch (err) {
      this.#ended.addWithoutFile(crawl, 'failed', errorText(err))
      return undefined
    }
  }

  #isRefused (crawl: CrawlKey, sequence: number): boolean {
    if (sequence !== 1) {
      this.#ended.addWithoutFile(crawl, 'incomplete', 'its first messages are missing')
      return true
    }
    if (this.#deps.isDiskLow()) {
      this.#ended.addWithoutFile(crawl, 'skipped', 'the disk is nearly full')
      return true
    }

    return false
  }

  /** Takes the end of a crawl. */
  async takeEnd (end: NeighboursEnd): Promise<void> {
    const crawl = this.#open.get(end.scan)

    if (crawl?.crawlId === end.crawlId) {
      await this.#finish(crawl, end)
    } else if (!this.#ended.has(end) && end.crawlId > (crawl?.crawlId ?? 0)) {
      if (crawl !== undefined) {
        await this.#close(crawl, 'incomplete', 'the next crawl of its scan ended before it')
      }
      this.#ended.addWithoutFile(end, end.state === 'aborted' || end.messages === 0 ? 'aborted' : 'incomplete', 'only its end arrived')
    }
  }

  async #finish (crawl: OpenCrawl, { state, messages }: NeighboursEnd): Promise<void> {
    if (state === 'aborted') {
      await this.#close(crawl, 'aborted', 'the crawler stopped, or gave up publishing')
    } else if (messages !== crawl.next - 1) {
      await this.#close(crawl, 'incomplete', `it has ${String(messages)} messages, of which ${String(crawl.next - 1)} arrived`)
    } else {
      await this.#write(crawl)
    }
  }

  async #write (crawl: OpenCrawl): Promise<void> {
    const { folder, clock, log } = this.#deps
    const { scan, crawlId, file } = crawl

    try {
      await file.finish()
    } catch (err) {
      await this.#close(crawl, 'failed', errorText(err))
      return
    }

    this.#open.delete(scan)
    this.#ended.addWritten({ scan, crawlId, file: edgeFileName(crawl), rows: file.rows, bytes: file.bytes })

    try {
      await folder.removeOld(clock.now())
    } catch (err) {
      log.warn({ err }, 'old files of edges are not removed')
    }
  }

  /** Ends crawls of which nothing arrives any more. */
  async closeSilent (): Promise<void> {
    const nowMs = this.#deps.clock.monotonic()

    for (const crawl of [...this.#open.values()].filter(({ lastMs }) => nowMs - lastMs > SILENT_MS)) {
      await this.#close(crawl, 'incomplete', 'nothing of it arrives any more')
    }
  }

  async #close (crawl: OpenCrawl, outcome: Exclude<EdgeOutcome, 'written'>, reason: string): Promise<void> {
    this.#open.delete(crawl.scan)
    this.#ended.addWithoutFile(crawl, outcome, reason)

    try {
      await crawl.file[Symbol.asyncDispose]()
    } catch (err) {
      this.#deps.log.warn({ err }, 'the unfinished file of edges is not removed')
    }
  }
}
