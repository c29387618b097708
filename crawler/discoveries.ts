import { join } from 'node:path'
import { defined } from '../core/defined.ts'
import { sinceBootMs, StandstillWatch } from '../core/time/standstill.ts'
import { ActiveDiscovery } from './active-discovery.ts'
import { AddressPolicy } from './address/address-policy.ts'
import { checkBootstrap } from './bootstrap/check-bootstrap.ts'
import { seedPeers } from './bootstrap/seed-peers.ts'
import { CrawlRequests } from './crawl-requests.ts'
import { KadProtocols } from './dht/kad-protocol.ts'
import { DialBudget } from './dial/dial-budget.ts'
import { openSystemDns } from './dial/dns/system-dns.ts'
import { resolvePeers } from './dial/resolve-peers.ts'
import { Schedule } from './engine/schedule.ts'
import { keepKnownPeers, readKnownPeers } from './known-peers-file.ts'
import { canDial, mayDial } from './lanes/may-dial.ts'
import { openLanes } from './lanes/open-lanes.ts'
import { openPassive } from './open-passive.ts'
import { visitConnected } from './passive/connected-visitor.ts'
import { placedSink, placedVisitor } from './places/placed-visits.ts'
import { WINDOW_BYTES } from './publish/byte-budget.ts'
import { publishingSink } from './publish/publishing-sink.ts'
import { ThirdQuestionFile } from './third-question-file.ts'
import type { CrawlerConfig } from '../core/contracts/process-config.ts'
import type { DiskWatch } from '../core/disk/disk-watch.ts'
import type { ComponentContext } from '../core/process/run-component.ts'
import type { Address } from './address/address-reader.ts'
import type { CompiledScan } from './compile-scan.ts'
import type { DnsResolver } from './dial/dns/dns-resolver.ts'
import type { CrawlReport } from './engine/crawl-report.ts'
import type { CompletedVisit } from './engine/population/visit-sink.ts'
import type { CrawlComparison } from './metrics/last-crawl-metrics.ts'
import type { PassiveDiscovery } from './passive/passive-discovery.ts'
import type { PeerRecord } from './peer/peer-record.ts'
import type { PlaceOf } from './places/placed-visits.ts'
import type { PublishedForm } from './publish/byte-budget.ts'
import type { MessageContext } from './publish/message-context.ts'
import type { NeighboursPublisher } from './publish/neighbours/neighbours-publisher.ts'
import type { Publisher } from './publish/publisher.ts'

/** Dependencies of both discoveries of a scan. */
export interface DiscoveriesDeps extends ComponentContext<CrawlerConfig> {
  publisher: Publisher
  disks: Pick<DiskWatch, 'room'>

  /** Looks up where peers are; undefined without place files. */
  placeOf?: PlaceOf | undefined

  /** Publishes the routing tables that a crawl reads, if the scan wants them. */
  neighbours?: NeighboursPublisher | undefined
  onVisit: (visit: CompletedVisit) => void
  onCrawl: (report: CrawlReport, comparison: CrawlComparison) => void

  /** Called with the form in which each visit was published. */
  onForm: (form: PublishedForm) => void

  /** Called when this process stood still during a crawl. */
  onLost: (lostMs: number) => void
}

/** The active discovery, the passive one, or both. */
export interface Discoveries {
  active: ActiveDiscovery | undefined
  passive: PassiveDiscovery | undefined

  /** Milliseconds until the next crawl; undefined while one runs, and without active discovery. */
  dueInMs: () => number | undefined
}

// A crawl ticks once a second, and both discoveries wait in slices of 5 s: a minute of silence means a hung loop.
const LIVENESS_MS = 60_000

/** Opens the discoveries of a scan. @param stack takes over what they open */
export async function openDiscoveries (compiled: CompiledScan, deps: DiscoveriesDeps, stack: AsyncDisposableStack): Promise<Discoveries> {
  const { clock, log, config: { scan } } = deps
  checkBootstrap(compiled.network.bootstrapPeers, scan.addresses, log)
  const standstill = new StandstillWatch({ clock, sinceBootMs, onLost: (lostMs) => {
    log.warn({ lostMs }, 'this process stood still during a crawl: it was stopped, had no CPU time, or the machine slept')
    deps.onLost(lostMs)
  } })
  const dns = stack.use(openSystemDns(clock, standstill))
  const schedule = new Schedule({ clock, random: Math.random }, { intervalMs: compiled.intervalMs })
  const parts: Parts = {
    ...deps,
    compiled,
    dns,
    schedule,
    standstill,
    stack,
    budget: new DialBudget(clock),
    context: { scan: deps.config.scanId, network: compiled.network.name, ...defined({ vantage: scan.vantage }) },
    bootstrap: async seedSignal => await seedPeers(compiled.network.bootstrapPeers, dns, seedSignal)
  }
  const passive = scan.passive.enabled ? await passiveOf(parts) : undefined
  const active = scan.active.enabled ? await activeOf(parts, passive) : undefined

  return { active, passive, dueInMs: () => active === undefined || active.crawl !== undefined ? undefined : schedule.dueInMs }
}

interface Parts extends DiscoveriesDeps {
  compiled: CompiledScan
  dns: DnsResolver
  schedule: Schedule
  standstill: StandstillWatch
  stack: AsyncDisposableStack

  /** Shared by everything that dials. */
  budget: DialBudget

  context: MessageContext
  bootstrap: (signal: AbortSignal) => Promise<PeerRecord[]>
}

// libp2p would resolve names without checking the resolved addresses, so it gets IP addresses only.
async function passiveOf ({ config, compiled, context, publisher, progress, stack, dns, ...parts }: Parts): Promise<PassiveDiscovery> {
  const beat = stack.use(progress.watch('passive discovery', LIVENESS_MS))
  const policy = new AddressPolicy(config.scan.addresses)
  const accepts = (address: Address): boolean => canDial(address) && policy.allows(address)
  const bootstrap = async (signal: AbortSignal): Promise<PeerRecord[]> => await resolvePeers(await parts.bootstrap(signal), { dns, accepts }, signal)

  const sink = placedSink(publishingSink(publisher, context, { limits: WINDOW_BYTES, onForm: parts.onForm, disks: parts.disks }), parts.placeOf)
  // Each crawl resets the budget; without crawls the passive node does.
  const renewing = config.scan.active.enabled
    ? {}
    : { renewBudget: () => {
        parts.budget.startCrawl()
      } }

  return stack.use(await openPassive(config, compiled, { ...parts, ...renewing, bootstrap, sink, beat }))
}

async function activeOf ({ neighbours, ...parts }: Parts, passive: PassiveDiscovery | undefined): Promise<ActiveDiscovery> {
  const { config: { scan, stateFolder, crawlNowFile }, compiled: { crawl, visitor: options }, budget, clock, dns, log, progress, context, stack } = parts
  const protocols = new KadProtocols(options.kadProtocols)
  const lanes = await openLanes(options, { clock, dns, protocols, budget })
  const visitor = stack.use(placedVisitor(visitConnected(lanes, passive, { ...options, protocols }, clock), parts.placeOf))
  const fileOf = (name: string): string | undefined => stateFolder === undefined ? undefined : join(stateFolder, name)
  const file = fileOf('known-peers.ndjson')

  return new ActiveDiscovery({
    ...parts,
    visitor,
    protocols,
    beat: stack.use(progress.watch('active discovery', LIVENESS_MS)),
    requests: new CrawlRequests(crawlNowFile, log),
    isDialable: mayDial(scan.addresses),
    keep: keepKnownPeers(file, log),
    thirdQuestion: await ThirdQuestionFile.open(fileOf('third-question.json'), log),
    ...defined({ passive, neighbours })
  }, crawl, context, await readKnownPeers(file, log))
}
