import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { AdminServer } from '../core/admin/admin-server.ts'
import { openBus } from '../core/bus/open-bus.ts'
import { CrawlerConfig } from '../core/contracts/process-config.ts'
import { defined } from '../core/defined.ts'
import { addDiskGauges } from '../core/disk/disk-metrics.ts'
import { DiskWatch } from '../core/disk/disk-watch.ts'
import { tellParent } from '../core/process/parent-link.ts'
import { runComponent } from '../core/process/run-component.ts'
import { runTogether } from '../core/process/run-together.ts'
import { compileScan } from './compile-scan.ts'
import { crawlerStatus } from './crawler-status.ts'
import { openDiscoveries } from './discoveries.ts'
import { CrawlerMetrics } from './metrics/crawler-metrics.ts'
import { addPlaceMetrics } from './metrics/place-metrics.ts'
import { flushTimeoutMs, openNeighbours } from './open-neighbours.ts'
import { PlacesFolder } from './places/places-folder.ts'
import { Publisher } from './publish/publisher.ts'
import type { ComponentContext } from '../core/process/run-component.ts'
import type { CompiledScan } from './compile-scan.ts'
import type { Discoveries, DiscoveriesDeps } from './discoveries.ts'
import type { CrawledScan } from './metrics/crawler-metrics.ts'

await runComponent('crawler', CrawlerConfig, async (component, signal) => {
  const { config, log, registry, progress, clock } = component
  const { scanId, admin, topic } = config
  const compiled = compileScan(config.scan)
  await using stack = new AsyncDisposableStack()
  const disks = watchDisks(component)
  const places = config.placesFolder === undefined ? undefined : await PlacesFolder.open(config.placesFolder, component)
  const bus = stack.use(await openBus(config.bus, { log, clock, isDiskLow: () => disks.low('bus') !== undefined }, signal))
  const publisher = stack.use(Publisher.open({ bus, clock, log, onPublished: (n, ms) => {
    metrics.onPublished(n, ms)
  } }, { topic, flushTimeoutMs: flushTimeoutMs(config) }))
  const neighbours = openNeighbours(component, bus, compiled, stack)
  let discoveries: Discoveries | undefined
  const metrics = new CrawlerMetrics(registry, crawledScan(config.scan, compiled), {
    crawl: () => discoveries?.active?.crawl,
    publisher: () => publisher.status(),
    passive: () => discoveries?.passive?.status(),
    isHeldUp: () => disks.low('bus') !== undefined
  })
  addPlaceMetrics(registry, places)
  const { active, passive, dueInMs } = discoveries = await openDiscoveries(compiled, {
    ...component,
    publisher,
    neighbours,
    disks,
    placeOf: places === undefined ? undefined : connection => places.placeOf(connection),
    ...observersOf(metrics)
  }, stack)
  const server = stack.use(await AdminServer.open({
    log,
    progress,
    registry,
    notReady: () => signal.aborted ? 'stopping' : publisher.status().outage ?? disks.low('bus'),
    status: () => crawlerStatus({
      scan: scanId,
      network: compiled.network.name,
      crawl: active?.crawl,
      lastCrawl: active?.lastCrawl,
      dueInMs: dueInMs(),
      answeredRequest: active?.answeredRequest,
      publisher: publisher.status(),
      passive: passive?.status(),
      disk: disks.problem,
      nowMs: clock.now()
    })
  }, admin))

  tellParent({ type: 'ready', adminPort: server.port })
  log.info({ network: compiled.network.name, adminPort: server.port, peerId: passive?.status().peerId }, 'crawler ready')
  await runTogether([disks, places, passive, active].filter(part => part !== undefined).map(part => async (life: AbortSignal) => {
    await part.run(life)
  }), signal)
})

function observersOf (metrics: CrawlerMetrics): Pick<DiscoveriesDeps, 'onVisit' | 'onCrawl' | 'onForm' | 'onLost'> {
  return {
    onVisit: (visit) => {
      metrics.onVisit(visit)
    },
    onCrawl: (report, comparison) => {
      metrics.onCrawl(report, comparison)
    },
    onForm: (form) => {
      metrics.onForm(form)
    },
    onLost: (lostMs) => {
      metrics.onLost(lostMs)
    }
  }
}

function crawledScan ({ vantage, active }: CrawlerConfig['scan'], { network: { name, agentFamily }, intervalMs, crawl }: CompiledScan): CrawledScan {
  return { network: name, vantage, intervalMs: active.enabled ? intervalMs : undefined, limitMs: active.enabled ? crawl.maxDurationMs : undefined, agentFamily }
}

function watchDisks ({ config, clock, log, registry }: ComponentContext<CrawlerConfig>): DiskWatch {
  // The folder may be a separate volume. It may also not exist yet: it is created at the first write.
  const { stateFolder } = config
  const disks = new DiskWatch({ clock, log }, {
    ...defined({
      bus: config.bus.embedded === undefined ? undefined : dirname(config.bus.embedded.path),
      state: stateFolder === undefined ? undefined : existsSync(stateFolder) ? stateFolder : dirname(stateFolder)
    })
  }, config.disk)
  addDiskGauges(registry, 'crawler', disks)

  return disks
}
