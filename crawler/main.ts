import { AdminServer } from '../core/admin-server.ts'
import { openBus } from '../core/bus/open-bus.ts'
import { CrawlerConfig } from '../core/contracts/process-config.ts'
import { tellParent } from '../core/parent-link.ts'
import { runComponent } from '../core/run-component.ts'
import { ActiveDiscovery } from './active-discovery.ts'
import { compileScan } from './compile-scan.ts'
import { crawlerStatus } from './crawler-status.ts'
import { Schedule } from './engine/schedule.ts'
import { openLanes } from './lanes/open-lanes.ts'
import { CrawlerMetrics } from './metrics.ts'
import { Publisher } from './publish/publisher.ts'
import { mayDial } from './visit/may-dial.ts'
import { seedPeers } from './visit/seed-peers.ts'
import { openSystemDns } from './visit/system-dns.ts'

// A crawl ticks once a second and waits in slices of 5 s: a minute of silence is a hung loop.
const LIVENESS_MS = 60_000

// What of the stop's time is left for closing, once the flush had its share.
const CLOSE_MS = 5_000

await runComponent('crawler', CrawlerConfig, async ({ config, log, registry, progress, clock }, signal) => {
  const { scanId, scan, admin, topic, stopTimeoutMs } = config
  const { network, intervalMs, crawl, visitor: visitorOptions } = compileScan(scan)

  await using stack = new AsyncDisposableStack()
  const schedule = new Schedule({ clock, random: Math.random }, { intervalMs })
  const bus = stack.use(await openBus(config.bus, { log, clock }, signal))
  const publisher = stack.use(Publisher.open({ bus, clock, log, onPublished: (n, ms) => {
    metrics.onPublished(n, ms)
  } }, { topic, flushTimeoutMs: Math.max(1_000, stopTimeoutMs - CLOSE_MS) }))
  const dns = stack.use(openSystemDns(clock))
  const visitor = stack.use(await openLanes(visitorOptions, { clock, dns }, signal))
  const discovery = new ActiveDiscovery({
    clock,
    log,
    schedule,
    visitor,
    publisher,
    beat: stack.use(progress.watch('active discovery', LIVENESS_MS)),
    isDialable: mayDial(scan.addresses),
    bootstrap: seedSignal => seedPeers(network.bootstrapPeers, dns, seedSignal),
    onVisit: (visit) => {
      metrics.onVisit(visit)
    },
    onCrawl: (report) => {
      metrics.onCrawl(report)
    }
  }, crawl, { scan: scanId, network: network.name, ...(scan.vantage === undefined ? {} : { vantage: scan.vantage }) })
  const metrics = new CrawlerMetrics(registry, { crawl: () => discovery.crawl, publisher: () => publisher.status(), agentFamily: network.agentFamily })
  const server = stack.use(await AdminServer.open({
    log,
    progress,
    registry,
    notReady: () => signal.aborted ? 'stopping' : undefined,
    status: () => crawlerStatus({
      scan: scanId,
      network: network.name,
      crawl: discovery.crawl,
      lastCrawl: discovery.lastCrawl,
      dueInMs: discovery.crawl === undefined ? schedule.dueInMs : undefined,
      publisher: publisher.status(),
      nowMs: clock.now()
    })
  }, admin))

  tellParent({ type: 'ready', adminPort: server.port })
  log.info({ network: network.name, adminPort: server.port }, 'crawler ready')
  await discovery.run(signal)
})
