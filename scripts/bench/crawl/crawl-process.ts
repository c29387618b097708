/**
 * One crawl in a separate process, so that CPU time and memory belong to the crawl alone. It runs the
 * same parts as the product (engine, visitor, metrics, messages, publisher, embedded bus). In
 * addition, each message is parsed with the consumer's schema.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { decode } from '../../../consumer/pipeline/decode.ts'
import { EmbeddedBus } from '../../../core/bus/embedded/embedded-bus.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { busyShare } from '../../../core/time/busy-share.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { sinceBootMs, StandstillWatch } from '../../../core/time/standstill.ts'
import { seedPeers } from '../../../crawler/bootstrap/seed-peers.ts'
import { compileScan } from '../../../crawler/compile-scan.ts'
import { openSystemDns } from '../../../crawler/dial/dns/system-dns.ts'
import { CrawlRun } from '../../../crawler/engine/crawl.ts'
import { mayDial } from '../../../crawler/lanes/may-dial.ts'
import { CrawlerMetrics } from '../../../crawler/metrics/crawler-metrics.ts'
import { CRAWL_BYTES } from '../../../crawler/publish/byte-budget.ts'
import { crawlEndedMessage } from '../../../crawler/publish/crawl-message.ts'
import { Publisher } from '../../../crawler/publish/publisher.ts'
import { publishingSink } from '../../../crawler/publish/publishing-sink.ts'
import { incoming } from '../../../test/support/consumer/incoming.ts'
import { benchScan } from '../bench-scan.ts'
import { cpuMs } from '../cpu-ms.ts'
import type { VisitorDeps, VisitorOptions } from '../../../crawler/visit/visitor-options.ts'
import type { Visitor } from '../../../crawler/visit/visitor.ts'
import type { CrawlCase } from './crawl-case.ts'
import type { CrawlCounts } from './crawl-result.ts'

const TOPIC = 'ipfs-nodes'
const CONTEXT = { scan: 'bench/bench/bench', network: 'virtual' }
const PARTITIONS = 3
const DAY_MS = 86_400_000

const crawlCase = JSON.parse(process.argv[2] ?? '{}') as CrawlCase
const stop = new AbortController()
process.on('disconnect', () => {
  stop.abort()
})

const folder = await mkdtemp(join(tmpdir(), 'peerprobe-bench-'))

try {
  process.send?.(await crawl(crawlCase, join(folder, 'bus.db'), stop.signal))
} finally {
  await rm(folder, { recursive: true })
  process.disconnect()
}

async function crawl ({ lane, questions, sample, ...rest }: CrawlCase, busPath: string, signal: AbortSignal): Promise<CrawlCounts> {
  const scan = benchScan(rest)
  const { network, crawl: options, visitor: visitorOptions } = compileScan(scan)
  const deps = { clock: systemClock, log: createLogger({ level: 'warn' }) }

  await using stack = new AsyncDisposableStack()
  const standstill = new StandstillWatch({ clock: systemClock, sinceBootMs })
  stack.use(standstill.watch())
  const dns = stack.use(openSystemDns(systemClock, standstill))
  const visitor = stack.use(await open(lane, visitorOptions, { ...deps, dns }, signal))
  const bus = stack.use(await EmbeddedBus.open(deps, { path: busPath }, signal))
  await bus.ensureTopic({ name: TOPIC, partitions: PARTITIONS, retentionMs: DAY_MS }, signal)
  const publisher = stack.use(Publisher.open({ ...deps, bus, onPublished: (n, ms) => {
    metrics.onPublished(n, ms)
  } }, { topic: TOPIC, flushTimeoutMs: 60_000 }))
  const metrics = new CrawlerMetrics(new Registry(), { network: network.name, vantage: undefined, intervalMs: undefined, agentFamily: network.agentFamily }, {
    crawl: () => run.status(),
    publisher: () => publisher.status(),
    passive: () => undefined,
    isHeldUp: () => false
  })
  let [requests, visits] = [0, 0]
  const bootstrap = await seedPeers(network.bootstrapPeers, dns, signal)
  const run = new CrawlRun({
    ...deps,
    // Visits of the sample for the coverage are no visits of the crawl: they are counted here.
    visitor: {
      visit: async (target, signal) => {
        const result = await visitor.visit(target, signal)
        visits++
        requests += result.routingTable?.queries ?? 0

        return result
      }
    },
    standstill,
    busyShare: busyShare(),
    isDialable: mayDial(scan.addresses),
    sink: publishingSink(validating(publisher), CONTEXT, { limits: CRAWL_BYTES, onForm: () => undefined }),
    onVisit: (visit) => {
      metrics.onVisit(visit)
    }
  }, { ...options, asksThird: questions === 3, asksSample: sample, crawlId: 1_700_000_000, crawlNumber: 0 }, { bootstrap, connected: [], known: [] })

  const startCpuMs = cpuMs()
  const startedAt = performance.now()
  const report = await run.run(signal)
  await publisher.publishAfterAll(crawlEndedMessage(report, CONTEXT), signal)
  const seconds = (performance.now() - startedAt) / 1_000
  const crawlCpuMs = cpuMs() - startCpuMs

  return {
    contacted: report.totals.contacted,
    outcomes: report.totals.outcomes,
    requests,
    visits,
    coverage: report.coverage,
    seconds,
    cpuMs: crawlCpuMs,
    startCpuMs,
    rssMb: process.resourceUsage().maxRSS / 1_024
  }
}

/** Only the client that is measured is loaded: a libp2p node's modules alone take 25 MB. */
async function open (lane: CrawlCase['lane'], options: VisitorOptions, deps: VisitorDeps, signal: AbortSignal): Promise<Visitor> {
  if (lane === 'fast') {
    const { openClientVisitor } = await import('../../../crawler/client/client-visitor.ts')

    return openClientVisitor(options, deps)
  }

  if (lane === 'all') {
    const { openLanes } = await import('../../../crawler/lanes/open-lanes.ts')

    return await openLanes(options, deps)
  }

  const { openReferenceVisitor } = await import('../../../test/support/reference/reference-visitor.ts')

  return await openReferenceVisitor(options, deps, signal)
}

/** A message that a consumer would refuse ends the benchmark: fast but wrong crawls are not measured. */
function validating (publisher: Publisher): Pick<Publisher, 'ready' | 'accept'> {
  return {
    ready: () => publisher.ready(),
    accept (message) {
      const decoded = decode(incoming(message), Date.now())

      if (decoded.kind === 'rejected') {
        throw decoded.err
      }

      publisher.accept(message)
    }
  }
}
