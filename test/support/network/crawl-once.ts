import { defined } from '../../../core/defined.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { busyShare } from '../../../core/time/busy-share.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { seedPeers } from '../../../crawler/bootstrap/seed-peers.ts'
import { CrawlRun } from '../../../crawler/engine/crawl.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { NO_STANDSTILL } from '../client/no-standstill.ts'
import { ScriptedDns } from './scripted-dns.ts'
import type { Strategy } from '../../../crawler/dht/visit-target.ts'
import type { SpokenProtocols } from '../../../crawler/engine/frontier/unqueried-peers.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'

/** Settings of the crawl. */
export interface CrawlOnceOptions {
  visitor: Visitor
  bootstrapPeers: readonly string[]
  strategy: Strategy

  /** The visitor's protocols, if it learns them. */
  protocols?: SpokenProtocols

  signal?: AbortSignal
}

const LIMITS = { crawlId: 1, crawlNumber: 0, concurrency: 100, maxPeers: 10_000, maxDurationMs: 120_000, visitTimeoutMs: 10_000 }

/** Crawls a real network once and keeps the last visit of each peer, by its id as text. */
export async function crawlOnce (options: CrawlOnceOptions): Promise<Map<string, VisitResult>> {
  const { visitor, bootstrapPeers, strategy, protocols, signal = new AbortController().signal } = options
  const visits = new Map<string, VisitResult>()
  const bootstrap = await seedPeers(bootstrapPeers, new ScriptedDns({}), signal)
  const run = new CrawlRun({
    clock: systemClock,
    log: createLogger({ level: 'silent' }),
    visitor,
    isDialable: () => true,
    ...defined({ protocols }),
    busyShare: busyShare(),
    standstill: NO_STANDSTILL,
    sink: { ready: () => undefined, accept: () => undefined },
    onVisit: ({ id, result }) => visits.set(formatPeerId(id), result)
  }, { ...LIMITS, strategy }, { bootstrap, connected: [], known: [] })
  await run.run(signal)

  return visits
}
