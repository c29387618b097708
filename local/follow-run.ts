import { CrawlerStatus } from '../core/contracts/status.ts'
import { ProbeError } from '../core/errors.ts'
import { isAbort } from '../core/time/signals.ts'
import { sleep } from '../core/time/sleep.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Processes } from './processes.ts'
import type { ProgressView, ScanProgress } from './progress-view.ts'

/** When a run ends. */
export interface FollowOptions {
  /** After one finished crawl of each scan, once all its visits are stored. */
  once: boolean

  /** After this long, in milliseconds. */
  forMs: number | undefined

  /** Time between two status requests to the processes while one of them crawls, in milliseconds. @default 200 */
  pollMs?: number

  /** The same between two crawls. @default 2000 */
  restPollMs?: number
}

/** Callbacks for progress. */
export interface FollowDeps {
  clock: Clock
  processes: Processes
  view: ProgressView

  /** Looks at the backups, if any are made. */
  onLook?: (signal: AbortSignal) => Promise<void>

  /** Whether everything that was published is stored. */
  isStored: () => Promise<boolean>

  /** Called for each crawl that finished and is stored, with the problem if there is one. */
  onCrawl: (scanId: string, crawlId: number, findings: CrawlFindings) => Promise<void>
}

/** The problem of a crawl, if there is one. */
export type CrawlFindings = Pick<LastCrawl, 'problem' | 'warning'>

type LastCrawl = NonNullable<CrawlerStatus['lastCrawl']>

/**
 * Shows a run's progress until it ends or `signal` aborts.
 *
 * @throws ProbeError what a crawler reports when the first crawl contacted no peer;
 *   `PP_CHILD_FAILED`
 */
export async function followRun (deps: FollowDeps, options: FollowOptions, signal: AbortSignal): Promise<void> {
  try {
    await lookUntilOver(deps, options, signal)
  } catch (err) {
    // Stopped in the middle of a request or a wait: the results so far are still reported.
    if (!(signal.aborted && isAbort(err))) {
      throw err
    }
  }
}

async function lookUntilOver (deps: FollowDeps, { once, forMs = Infinity, ...times }: FollowOptions, signal: AbortSignal): Promise<void> {
  const { clock, processes, view } = deps
  const until = clock.monotonic() + forMs
  const reported = new Map<string, number>()
  const failure = watchFailure(processes)

  while (!signal.aborted && clock.monotonic() < until) {
    failure.throwIfFailed()
    const [scans] = await Promise.all([scansOf(processes, signal), deps.onLook?.(signal)])
    view.show(scans)

    for (const { scanId, status } of scans) {
      await noteCrawl(deps, reported, { scanId, last: status?.lastCrawl ?? undefined })
    }

    if (once && reported.size === processes.crawlers.length) {
      return
    }

    await sleep(clock, Math.min(waitMsFor(scans, reported, times), until - clock.monotonic()), signal)
  }
}

interface LookedAt extends ScanProgress { scanId: string }

async function scansOf ({ crawlers }: Processes, signal: AbortSignal): Promise<LookedAt[]> {
  return await Promise.all(crawlers.map(async ({ scanId, scan, child }) => {
    const { status, ageMs = 0 } = await child.status(signal) ?? {}

    return { scanId, name: scan, status: parse(status), ageMs }
  }))
}

function waitMsFor (scans: readonly LookedAt[], reported: ReadonlyMap<string, number>, { pollMs = 200, restPollMs = 2_000 }: Omit<FollowOptions, 'once' | 'forMs'>): number {
  return scans.every(scan => isAtRest(scan, reported)) ? restPollMs : pollMs
}

// Nothing happens before the next crawl.
function isAtRest ({ scanId, status }: LookedAt, reported: ReadonlyMap<string, number>): boolean {
  return status?.crawl === null && status.lastCrawl !== null && reported.get(scanId) === status.lastCrawl.crawlId
}

interface ScanEnd {
  scanId: string
  last: LastCrawl | undefined
}

// Reports a crawl once it is stored. Its end is published after all of its visits, so when nothing is waiting, all of them are stored.
async function noteCrawl ({ isStored, onCrawl }: FollowDeps, reported: Map<string, number>, { scanId, last }: ScanEnd): Promise<void> {
  if (last === undefined || reported.get(scanId) === last.crawlId) {
    return
  }

  throwIfUseless(last, reported.has(scanId))

  if (await isStored()) {
    reported.set(scanId, last.crawlId)
    await onCrawl(scanId, last.crawlId, { problem: last.problem, warning: last.warning })
  }
}

function parse (status: unknown): CrawlerStatus | undefined {
  return status === undefined ? undefined : CrawlerStatus.parse(status)
}

// If the first crawl contacts no peer, the next one will not do better without a change; a later crawl may. A crawl that
// contacts peers but no DHT server has results to report: the run goes on, or ends as a failure after the report.
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
