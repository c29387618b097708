import { createLogger } from '../../../core/process/logger.ts'
import { CrawlRun } from '../../../crawler/engine/crawl.ts'
import { NO_STANDSTILL } from '../../support/client/no-standstill.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { addressOf, isDialable, peerIdOf } from '../../support/network/simulated-network.ts'
import type { CrawlOptions, CrawlReport, CrawlSeeds } from '../../../crawler/engine/crawl-report.ts'
import type { CrawlDeps } from '../../../crawler/engine/crawl.ts'
import type { CompletedVisit, VisitSink } from '../../../crawler/engine/population/visit-sink.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'

/** The visit function of a visitor. */
export type Visit = Visitor['visit']

/** A logger without output. */
export const log = createLogger({ level: 'silent' })
/** A signal that never aborts. */
export const refused: VisitResult = { lane: 'fast', startedAtMs: 0, durationMs: 1, outcome: 'refused', attempts: [] }
/** Peers with one address each. */
export const peers = (count: number): PeerRecord[] => Array.from({ length: count }, (_, i) => ({ id: peerIdOf(String(i)), addresses: [addressOf(i)] }))

/** Ends with `aborted` on abort, and only then. */
export const patient: Visit = async (_target, signal) => {
  const { promise, resolve } = Promise.withResolvers<VisitResult>()
  signal.addEventListener('abort', () => {
    resolve({ ...refused, outcome: 'aborted' })
  })

  return await promise
}

/** Never ends, not even on abort. */
export const hanging: Visit = async () => await new Promise<never>(() => { /* never ends */ })

/** Settings that differ from the default. */
export interface Start {
  visit: Visit
  count?: number
  bootstrap?: PeerRecord[]
  clock?: FakeClock
  options?: Partial<CrawlOptions>
  seeds?: Partial<CrawlSeeds>
  deps?: Partial<CrawlDeps>
}

/** A running crawl and its visits so far. */
export interface Started { run: CrawlRun, clock: FakeClock, visits: CompletedVisit[], stop: AbortController, report: Promise<CrawlReport> }

/** Starts a crawl with a fake clock. */
export function start ({ visit, count = 1, bootstrap = peers(count), clock = new FakeClock(), options = {}, seeds = {}, deps = {} }: Start): Started {
  const visits: CompletedVisit[] = []
  const stop = new AbortController()
  const sink: VisitSink = { ready: () => undefined, accept: ended => void visits.push(ended) }
  const run = new CrawlRun({ visitor: { visit }, sink, clock, isDialable, log, busyShare: () => 0, standstill: NO_STANDSTILL, ...deps }, {
    crawlId: 1,
    crawlNumber: 0,
    strategy: 'Census',
    concurrency: 10,
    maxPeers: 1_000,
    maxDurationMs: 3_600_000,
    visitTimeoutMs: 15_000,
    ...options
  }, { bootstrap, connected: [], known: [], ...seeds })
  const report = run.run(stop.signal)
  report.catch(() => { /* looked at by the test that expects it */ })

  return { run, clock, visits, stop, report }
}
