import { ProbeError } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { CrawlKey } from './edge-file-name.ts'
import type { EdgeObserver, EdgeOutcome, WrittenEdges } from './edge-observer.ts'

/** Scans whose last crawl is remembered. */
const MAX_SCANS = 128

/** The last crawl of each scan that is over. What still arrives of it, or of an earlier one, is a repetition. */
export class EndedCrawls {
  readonly #deps: { log: Logger, observer: Pick<EdgeObserver, 'ended'> }
  readonly #last = new Map<string, number>()

  constructor (deps: { log: Logger, observer: Pick<EdgeObserver, 'ended'> }) {
    this.#deps = deps
  }

  has ({ scan, crawlId }: CrawlKey): boolean {
    return crawlId <= (this.#last.get(scan) ?? -1)
  }

  /** Records a crawl that is over without any effect of this process. */
  add ({ scan, crawlId }: CrawlKey): void {
    const [oldest] = this.#last.keys()

    if (oldest !== undefined && !this.#last.has(scan) && this.#last.size >= MAX_SCANS) {
      this.#last.delete(oldest)
    }
    this.#last.set(scan, Math.max(crawlId, this.#last.get(scan) ?? 0))
  }

  /** Records and reports a crawl of which there is a file. */
  addWritten (written: WrittenEdges): void {
    this.add(written)
    this.#deps.log.info(written, 'file of edges written')
    this.#deps.observer.ended('written', written)
  }

  /** Records and reports a crawl of which there is no file. @param reason what is missing */
  addWithoutFile (crawl: CrawlKey, outcome: Exclude<EdgeOutcome, 'written'>, reason: string): void {
    const fields = { scan: crawl.scan, crawlId: crawl.crawlId, outcome, reason }
    this.add(crawl)

    if (outcome === 'failed') {
      this.#deps.log.error({ ...fields, err: new ProbeError('PP_DUMP_FAILED', reason) }, 'no file of edges for this crawl')
    } else {
      this.#deps.log.warn(fields, 'no file of edges for this crawl')
    }
    this.#deps.observer.ended(outcome)
  }
}
