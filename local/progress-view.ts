import { cutEnd } from '../core/text/cut-apart.ts'
import { escapeControlChars } from '../core/text/escape-control-chars.ts'
import { formatMilliseconds } from '../core/time/duration.ts'
import { formatCount } from './text.ts'
import type { CrawlerStatus } from '../core/contracts/status.ts'

/** The output of the view and its width. */
export interface Screen {
  write (text: string): void

  /** Whether lines can be overwritten. */
  isTerminal: boolean

  /** Columns of a terminal. */
  columns: number
}

/** One scan and the last status of its crawler; undefined while it is starting. */
export interface ScanProgress {
  name: string
  status: CrawlerStatus | undefined

  /** Age of the status if the crawler is slow to answer, in milliseconds. @default 0 */
  ageMs?: number
}

/** Settings of {@link ProgressView}. */
export interface ProgressViewOptions {
  /** Whether the run ends after one crawl, so that none follows. @default false */
  once?: boolean

  /** Milliseconds since an arbitrary start. @default performance.now */
  now?: () => number
}

// Without a terminal each line stays: one line in this many milliseconds is enough.
const PLAIN_INTERVAL_MS = 2_000

/**
 * Progress as it happens. On a terminal a few lines are drawn over in place; elsewhere plain
 * lines follow each other, at most one per scan every 2 s and one whenever something began or ended.
 */
export class ProgressView {
  readonly #screen: Screen
  readonly #once: boolean
  readonly #now: () => number
  readonly #plain = new Map<string, { at: number, phase: string }>()
  #drawn: readonly string[] = []

  constructor (screen: Screen, { once = false, now = () => performance.now() }: ProgressViewOptions = {}) {
    this.#screen = screen
    this.#once = once
    this.#now = now
  }

  /** Shows the state of all scans. */
  show (scans: readonly ScanProgress[]): void {
    if (this.#screen.isTerminal) {
      const lines = scans.flatMap(scan => liveLines(scan, this.#once)).map(line => cutEnd(line, this.#screen.columns - 1))

      // Redrawing unchanged lines would only flicker.
      if (lines.join('\n') !== this.#drawn.join('\n')) {
        this.clear()
        this.#screen.write(lines.map(line => `${line}\n`).join(''))
        this.#drawn = lines
      }
    } else {
      scans.forEach((scan) => {
        this.#showPlain(scan)
      })
    }
  }

  /** Prints a line that stays, above the progress lines. */
  say (line: string): void {
    this.clear()
    this.#screen.write(`${line}\n`)
  }

  /** Removes the progress lines from the screen. */
  clear (): void {
    if (this.#drawn.length > 0) {
      this.#screen.write(`\u001B[${String(this.#drawn.length)}A\u001B[J`)
      this.#drawn = []
    }
  }

  #showPlain (scan: ScanProgress): void {
    const phase = phaseOf(scan)
    const last = this.#plain.get(scan.name)

    const isDue = scan.status?.crawl != null && last !== undefined && this.#now() - last.at >= PLAIN_INTERVAL_MS

    if (isDue || last?.phase !== phase) {
      this.#plain.set(scan.name, { at: this.#now(), phase })
      this.#screen.write(`${scan.name}: ${describe(scan, this.#once)}\n`)
    }
  }
}

function phaseOf ({ status }: ScanProgress): string {
  const { crawl, lastCrawl, disk } = status ?? {}
  const wait = disk == null ? '' : ' waiting'
  const first = crawl == null || crawl.contacted === 0 ? '' : ' first'

  return crawl == null ? `idle ${String(lastCrawl?.crawlId)}${wait}` : `crawl ${String(crawl.crawlId)}${first}${wait}`
}

function describe (scan: ScanProgress, once: boolean): string {
  const { ageMs = 0 } = scan

  return ageMs === 0 ? stateOf(scan, once) : `${stateOf(scan, once)} (${formatMilliseconds(ageMs)} ago; it has not answered since)`
}

function stateOf (scan: ScanProgress, once: boolean): string {
  const { disk } = scan.status ?? {}

  return disk == null ? crawlOf(scan, once) : `${crawlOf(scan, once)}; waiting: ${escapeControlChars(disk.message)}`
}

function crawlOf ({ status }: ScanProgress, once: boolean): string {
  const { crawl, lastCrawl, nextCrawlAt } = status ?? {}

  if (crawl != null) {
    return `crawling: ${progressOf(crawl)}`
  }
  if (lastCrawl == null) {
    return 'starting'
  }
  const { state, durationSeconds, totals } = lastCrawl
  const next = once || nextCrawlAt == null ? '' : `, next at ${nextCrawlAt.slice(11, 19)} UTC`

  return `crawl ${state} after ${formatMilliseconds(durationSeconds * 1_000)}: ${formatCount(totals.contacted)} peers contacted${next}`
}

function liveLines (scan: ScanProgress, once: boolean): string[] {
  const outcomes = scan.status?.crawl?.outcomes ?? {}
  const byOutcome = Object.entries(outcomes).sort(([, a], [, b]) => b - a).map(([name, n]) => `${name} ${formatCount(n)}`)

  return [`${scan.name}  ${describe(scan, once)}`, ...byOutcome.length === 0 ? [] : [`${' '.repeat(scan.name.length)}  ${byOutcome.join(' · ')}`]]
}

function progressOf ({ found, queued, inFlight, unconfirmed, contacted, perSecond, elapsedMs }: NonNullable<CrawlerStatus['crawl']>): string {
  const counts = Object.entries({ found, contacted, queued, 'in flight': inFlight }).map(([what, n]) => `${formatCount(n)} ${what}`)

  // Without this, a crawl that waits to visit them again looks as if it hung.
  const waiting = unconfirmed === 0 ? [] : [`${formatCount(unconfirmed)} failed to visit again`]

  return [...counts, ...waiting, `${perSecond.toFixed(0)}/s`, formatMilliseconds(elapsedMs)].join(', ')
}
