import { CrawlerStatus } from '../core/contracts/status.ts'
import { ProbeError } from '../core/errors.ts'
import { isAbort } from '../core/time/signals.ts'
import { sleep } from '../core/time/sleep.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Processes } from './processes.ts'
import type { ProgressView, ScanProgress } from './progress-view.ts'

/** When a run is over. */
export interface FollowOptions {
  /** After one finished crawl of each scan whose visits are all stored. */
  once: boolean

  /** After this long, in milliseconds. */
  forMs: number | undefined

  /** Time between two looks at the processes while one of them crawls, in milliseconds. @default 200 */
  pollMs?: number

  /** The same between two crawls. @default 2000 */
  restPollMs?: number
}

/** What is reported as it happens. */
export interface FollowDeps {
  clock: Clock
  processes: Processes
  view: ProgressView

  /** Whether nothing that was published waits to be stored. */
  isStored: () => Promise<boolean>

  /** Told of each crawl that finished and is stored, with what is wrong with it. */
  onCrawl: (scanId: string, crawlId: number, findings: CrawlFindings) => Promise<void>
}

/** What is to be said of a crawl, where anything is. */
export type CrawlFindings = Pick<LastCrawl, 'problem' | 'warning'>

type LastCrawl = NonNullable<CrawlerStatus['lastCrawl']>

/**
 * Shows a run's progress until it is over or `signal` aborts.
 *
 * @throws ProbeError what a crawler reports when the first crawl contacted nobody; `PP_CHILD_FAILED`
 */
export async function followRun (deps: FollowDeps, options: FollowOptions, signal: AbortSignal): Promise<void> {
  try {
    await lookUntilOver(deps, options, signal)
  } catch (err) {
    // Stopped in the middle of asking or waiting: what was found so far is still told.
    if (!(signal.aborted && isAbort(err))) {
      throw err
    }
  }
}

async function lookUntilOver (deps: FollowDeps, { once, forMs = Infinity, ...times }: FollowOptions, signal: AbortSignal): Promise<void> {
  const { clock, processes, view } = deps
  const until = clock.monotonic() + forMs
  const told = new Map<string, number>()
  const failure = watchFailure(processes)

  while (!signal.aborted && clock.monotonic() < until) {
    failure.throwIfFailed()
    const scans = await scansOf(processes, signal)
    view.show(scans)

    for (const { scanId, status } of scans) {
      await noteCrawl(deps, told, { scanId, last: status?.lastCrawl ?? undefined })
    }

    if (once && told.size === processes.crawlers.length) {
      return
    }

    await sleep(clock, Math.min(waitMsFor(scans, told, times), until - clock.monotonic()), signal)
  }
}

interface LookedAt extends ScanProgress { scanId: string }

async function scansOf ({ crawlers }: Processes, signal: AbortSignal): Promise<LookedAt[]> {
  return await Promise.all(crawlers.map(async ({ scanId, scan, child }) => {
    const { status, ageMs = 0 } = await child.status(signal) ?? {}

    return { scanId, name: scan, status: parse(status), ageMs }
  }))
}

function waitMsFor (scans: readonly LookedAt[], told: ReadonlyMap<string, number>, { pollMs = 200, restPollMs = 2_000 }: Omit<FollowOptions, 'once' | 'forMs'>): number {
  return scans.every(scan => isAtRest(scan, told)) ? restPollMs : pollMs
}

// Nothing happens before the next crawl.
function isAtRest ({ scanId, status }: LookedAt, told: ReadonlyMap<string, number>): boolean {
  return status?.crawl === null && status.lastCrawl !== null && told.get(scanId) === status.lastCrawl.crawlId
}

interface ScanEnd {
  scanId: string
  last: LastCrawl | undefined
}

// Tells of a crawl once it is stored. Its end is published after all of its visits: with nothing waiting, all are stored.
async function noteCrawl ({ isStored, onCrawl }: FollowDeps, told: Map<string, number>, { scanId, last }: ScanEnd): Promise<void> {
  if (last === undefined || told.get(scanId) === last.crawlId) {
    return
  }

  throwIfUseless(last, told.has(scanId))

  if (await isStored()) {
    told.set(scanId, last.crawlId)
    await onCrawl(scanId, last.crawlId, { problem: last.problem, warning: last.warning })
  }
}

function parse (status: unknown): CrawlerStatus | undefined {
  return status === undefined ? undefined : CrawlerStatus.parse(status)
}

// A first crawl that contacts nobody will not do better next time by itself; a later one may. One that contacts peers of
// which none serves the DHT has something to tell: the run goes on, or ends as a failure once it is reported.
function throwIfUseless ({ problem }: LastCrawl, hasWorked: boolean): void {
  if (problem !== null && problem.code !== 'PP_NO_DHT_SERVER' && !hasWorked) {
    throw new ProbeError(problem.code as ErrorCode, problem.message)
  }
}

function watchFailure (processes: Processes): { throwIfFailed: () => void } {
  let failure: { cause: unknown } | undefined
  processes.failed().catch((cause: unknown) => {
    failure = { cause }
  })

  return {
    throwIfFailed () {
      if (failure !== undefined) {
        throw failure.cause
      }
    }
  }
}
