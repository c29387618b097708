import { defined } from '../../core/defined.ts'
import { createLogger } from '../../core/process/logger.ts'
import { StandstillWatch } from '../../core/time/standstill.ts'
import { ActiveDiscovery } from '../../crawler/active-discovery.ts'
import { Schedule } from '../../crawler/engine/schedule.ts'
import { Publisher } from '../../crawler/publish/publisher.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { SimulatedVisitor } from '../support/network/simulated-network-visitor.ts'
import { isDialable, SimulatedNetwork } from '../support/network/simulated-network.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { ActiveDiscoveryDeps as Deps } from '../../crawler/active-discovery.ts'
import type { CrawlReport } from '../../crawler/engine/crawl-report.ts'
import type { CompletedVisit } from '../../crawler/engine/population/visit-sink.ts'
import type { CrawlComparison } from '../../crawler/metrics/last-crawl-metrics.ts'

const log = createLogger({ level: 'silent' })
/** Time between two crawls. */
export const INTERVAL_MS = 600_000

/** A discovery of a simulated network, with what it published and reported. */
export interface Started {
  clock: FakeClock
  messages: OutgoingMessage[]
  reports: CrawlReport[]
  comparisons: CrawlComparison[]
  visits: CompletedVisit[]
  discovery: ActiveDiscovery
  network: SimulatedNetwork
  publisher: Publisher
}

type More = (clock: FakeClock) => Partial<Deps>

/** Starts the parts of a discovery; `run` starts the crawls. */
export function start (requests?: Deps['requests'], thirdQuestion?: Deps['thirdQuestion'], neighbours?: Deps['neighbours'], more?: More): Started {
  const clock = new FakeClock()
  const network = new SimulatedNetwork({ peers: 60 })
  const messages: OutgoingMessage[] = []
  const reports: CrawlReport[] = []
  const comparisons: CrawlComparison[] = []
  const visits: CompletedVisit[] = []
  const publisher = Publisher.open({ clock, log, bus: { publish: async (_, batch) => {
    messages.push(...batch)
  } } }, { topic: 'visits', flushTimeoutMs: 1_000 })
  const discovery = new ActiveDiscovery({
    clock,
    log,
    publisher,
    isDialable,
    standstill: new StandstillWatch({ clock, sinceBootMs: () => clock.monotonic() }),
    schedule: new Schedule({ clock, random: () => 0.5 }, { intervalMs: INTERVAL_MS }),
    visitor: new SimulatedVisitor(network, clock),
    beat: { beat: () => undefined, [Symbol.dispose]: () => undefined },
    bootstrap: async () => network.peers.slice(0, 2),
    ...defined({ requests, thirdQuestion, neighbours }),
    onVisit: visit => visits.push(visit),
    onCrawl: (report, comparison) => {
      reports.push(report)
      comparisons.push(comparison)
    },
    ...more?.(clock)
  }, { strategy: 'Topology', concurrency: 10, maxPeers: 1_000, maxDurationMs: 3_600_000, visitTimeoutMs: 15_000 }, { scan: 'default/lab/main', network: 'lab' })

  return { clock, messages, reports, comparisons, visits, discovery, network, publisher }
}
