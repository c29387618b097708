import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { LANES, SOURCES, TRANSPORTS } from '../../../core/contracts/visit.ts'
import { addDiskGauges, diskMetrics } from '../../../core/disk/disk-metrics.ts'
import { mostSeries } from '../../../core/metrics/metric-definition.ts'
import { Registry } from '../../../core/process/metrics.ts'
import { parseAddress } from '../../../crawler/address/address.ts'
import { CRAWL_METRICS } from '../../../crawler/metrics/crawl-metric-definitions.ts'
import { CrawlerMetrics } from '../../../crawler/metrics/crawler-metrics.ts'
import { PLACE_METRICS } from '../../../crawler/metrics/place-metric-definitions.ts'
import { addPlaceMetrics } from '../../../crawler/metrics/place-metrics.ts'
import { POPULATION_METRICS } from '../../../crawler/metrics/population-metric-definitions.ts'
import { presetNames, resolveNetwork } from '../../../crawler/networks/presets.ts'
import { cloudNames } from '../../../crawler/places/clouds.ts'
import { mostSeriesOf } from '../../../scripts/generate/metrics-page.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'
import { crawlReport } from '../../support/network/crawl-report.ts'
import type { Distribution } from '../../../core/contracts/crawl.ts'
import type { DiskSpace, DiskUse } from '../../../core/disk/disk-watch.ts'
import type { MetricDefinition } from '../../../core/metrics/metric-definition.ts'
import type { CrawlStatus } from '../../../crawler/engine/crawl-report.ts'
import type { KnownPeer } from '../../../crawler/engine/frontier/known-peer.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'
import type { CrawledScan, CrawlerGauges } from '../../../crawler/metrics/crawler-metrics.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'

const DEFINITIONS: MetricDefinition[] = [CRAWL_METRICS, POPULATION_METRICS, PLACE_METRICS, diskMetrics('crawler')]
  .flatMap(definitions => Object.values<MetricDefinition>(definitions))
const publisher = { buffered: 4, bufferedBytes: 400, published: 0, retries: 6, refused: 2, outage: { code: 'PP_BUS_REPLICAS', message: 'no', sinceMs: 0 } }
const passive = { peerId: 'p', addresses: [], connections: 3, routingTable: 2, refusedSightings: 5 }
const gauges: CrawlerGauges = { crawl: () => undefined, publisher: () => publisher, passive: () => passive, isHeldUp: () => false }
const scan: CrawledScan = { network: 'lab', vantage: 'here', intervalMs: 600_000, limitMs: 3_600_000, agentFamily: agent => agent.startsWith('kubo/') ? 'kubo' : 'other' }
const troubles = { watchdogCuts: 0, stalls: 0, lostMs: 0, standstills: 0, repeatedVisits: 0 }
const CRAWL: CrawlStatus = {
  ...troubles,
  crawlId: 1,
  strategy: 'Census',
  elapsedMs: 0,
  queued: 0,
  inFlight: 0,
  done: 0,
  unconfirmed: 0,
  confirmations: 0,
  confirmationsLeftOut: 0,
  slots: 1,
  found: 0,
  refused: 0,
  byOutcome: {},
  visitsPerSecond: 0,
  waitingForSink: true
}
const { address } = parseAddress('/ip4/8.8.8.8/tcp/4001')!

function visit (result: Partial<VisitResult> = {}, more: Partial<CompletedVisit> = {}): CompletedVisit {
  return {
    crawlId: 1,
    attempt: 1,
    discoveryType: 'active',
    source: 'bootstrap',
    id: new Uint8Array(),
    addresses: [address],
    ...more,
    result: { startedAtMs: 0, durationMs: 20, attempts: [{ address, outcome: 'ok', durationMs: 5 }], outcome: 'ok', ...result }
  }
}

const identified = (agentVersion: string): Partial<VisitResult> => ({ identity: { agentVersion, protocols: [], listenAddresses: [] }, connection: { address, transport: 'ws', limited: false }, lane: 'passive', latencyMs: 3 })

suite('metrics of a crawler', () => {
  test('count visits, dials and agents under labels of closed sets, whatever a peer says', async () => {
    const registry = new Registry()
    const metrics = new CrawlerMetrics(registry, scan, gauges)
    metrics.onVisit(visit(identified('kubo/0.36')))
    metrics.onVisit(visit(identified('"} evil 1\n')))
    const text = await registry.metrics()

    assert.match(text, /peerprobe_crawler_visits_total\{outcome="ok",lane="passive",transport="ws"\} 2/)
    assert.match(text, /peerprobe_crawler_dials_total\{outcome="ok",transport="tcp"\} 2/)
    assert.match(text, /peerprobe_crawler_identified_total\{agent_family="kubo"\} 1/)
    assert.match(text, /peerprobe_crawler_identified_total\{agent_family="other"\} 1/)
    assert.doesNotMatch(text, /evil/)
  })

  test('read what the crawl, the publisher and the passive node say at the moment', async () => {
    const registry = new Registry()
    let isHeldUp = false
    const metrics = new CrawlerMetrics(registry, scan, { ...gauges, isHeldUp: () => isHeldUp })

    assert.equal(await valueOf(registry, 'peerprobe_crawler_publisher_buffered_messages'), 4)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_publisher_outage'), 1)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_refused_messages_total'), 2)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_publish_retries_total'), 6)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_passive_refused_sightings_total'), 5)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_passive_connections'), 3)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_interval_seconds'), 600)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_limit_seconds'), 3_600)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_scan_info{network="lab",vantage="here"}'), 1)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_running'), 0)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_waiting'), 0)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_start_timestamp_seconds'), undefined)
    isHeldUp = true
    metrics.onCrawl(crawlReport({ startedAtMs: 5_000, finishedAtMs: 8_000 }))
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_waiting'), 1)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_start_timestamp_seconds'), 5)
  })

  test('say nothing of crawls where nothing is crawled', async () => {
    const registry = new Registry()
    new CrawlerMetrics(registry, { ...scan, intervalMs: undefined, limitMs: undefined }, { ...gauges, passive: () => undefined })

    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_interval_seconds'), undefined)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_crawl_limit_seconds'), undefined)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_passive_connections'), 0)
  })

  test('count the bootstrap peers that the last crawl contacted, and no others; an aborted crawl changes nothing', async () => {
    const registry = new Registry()
    const metrics = new CrawlerMetrics(registry, scan, gauges)
    const peers = async (): Promise<number | undefined> => await valueOf(registry, 'peerprobe_crawler_last_crawl_bootstrap_peers')
    assert.equal(await peers(), undefined)
    metrics.onCrawl(crawlReport({ bootstrapPeers: 2 }))
    assert.equal(await peers(), 2)
    metrics.onCrawl(crawlReport({ end: 'aborted', bootstrapPeers: 1 }))
    assert.equal(await peers(), 2)
    metrics.onCrawl(crawlReport({ bootstrapPeers: 0 }))

    assert.equal(await peers(), 0)
  })

  test('count confirmations by their result, and the failures left out', async () => {
    const registry = new Registry()
    const metrics = new CrawlerMetrics(registry, scan, gauges)
    const confirmed = async (result: string): Promise<number | undefined> => {
      return await valueOf(registry, `peerprobe_crawler_confirmations_total{result="${result}"}`)
    }
    assert.deepEqual([await confirmed('contacted'), await confirmed('failed')], [0, 0])
    metrics.onVisit(visit({}, { source: 'confirmation', attempt: 3 }))
    metrics.onVisit(visit({ outcome: 'timeout' }, { source: 'confirmation', attempt: 3 }))
    metrics.onVisit(visit({ outcome: 'refused' }, { source: 'confirmation', attempt: 4 }))
    metrics.onVisit(visit({ outcome: 'refused' }, { source: 'known' }))
    metrics.onCrawl(crawlReport({ confirmationsLeftOut: 4, gonePeers: 7 }))
    metrics.onCrawl(crawlReport({ confirmationsLeftOut: 3, gonePeers: 5 }))

    assert.deepEqual([await confirmed('contacted'), await confirmed('failed')], [1, 2])
    assert.equal(await valueOf(registry, 'peerprobe_crawler_confirmations_left_out_total'), 7)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_last_crawl_gone_peers'), 5)
  })

  test('count the agents of a crawl by their families, those of other visits apart, and start again with the next crawl', async () => {
    const registry = new Registry()
    const metrics = new CrawlerMetrics(registry, scan, gauges)
    const peers = async (family: string): Promise<number | undefined> => {
      return await valueOf(registry, `peerprobe_crawler_population_agent_peers{agent_family="${family}"}`)
    }
    metrics.onVisit(visit(identified('kubo/0.36')))
    metrics.onVisit(visit(identified('kubo/0.37')))
    metrics.onVisit(visit(identified('kubo/0.37'), { discoveryType: 'passive', source: 'inbound' }))
    assert.equal(await peers('kubo'), undefined)
    metrics.onCrawl(crawlReport({}))
    assert.equal(await peers('kubo'), 2)
    metrics.onVisit(visit(identified('hydra')))
    metrics.onCrawl(crawlReport({}))

    assert.deepEqual([await peers('kubo'), await peers('other')], [0, 1])
  })

  test('have as many series as their definitions say, and no more, whatever 32 crawlers meet', async () => {
    const most = new Map(DEFINITIONS.map(definition => [definition.name, mostSeries(definition)]))
    const counts = await Promise.all(Array.from({ length: 32 }, async (_, i) => await seriesOf(floodedRegistry(presetNames()[i % presetNames().length]!))))

    for (const series of counts) {
      assert.deepEqual([...series.keys()].toSorted(), [...most.keys()].toSorted())
      assert.deepEqual([...series].filter(([name, n]) => n > most.get(name)!), [])
    }

    // Families differ by network; all else is reached.
    const [first] = counts
    assert.deepEqual([...first!].filter(([name, n]) => n !== most.get(name)! && !name.includes('identified') && !name.includes('agent_peers')), [])
    assert.ok(counts.reduce((sum, series) => sum + [...series.values()].reduce((all, n) => all + n), 0) <= 32 * mostSeriesOf('crawler'))
  })
})

// As many as it takes for the parts of the key space to be compared.
const THOUSAND = Array.from({ length: 1_000 }, (_, n): KnownPeer => ({ id: Buffer.from(String(n)), addresses: [], outcome: 'ok', failures: 0 }))

/** What there can be at most, and invented agents of every family. */
function floodedRegistry (preset: string): Registry {
  const registry = new Registry()
  const network = resolveNetwork({ preset })
  const metrics = new CrawlerMetrics(registry, { ...scan, network: preset, agentFamily: network.agentFamily }, { ...gauges, crawl: () => CRAWL })
  const space: DiskSpace = { freeBytes: 1, totalBytes: 2, freeFiles: 3, totalFiles: 4 }
  addDiskGauges(registry, 'crawler', { spaces: new Map((['bus', 'store', 'dumps', 'state'] as DiskUse[]).map(use => [use, space])), low: () => undefined })

  addPlaceMetrics(registry, { status: () => ({ files: [], refused: [], damagedLookups: 0 }), builtAtMs: () => new Map([['country', 0], ['as', 0]]) })

  for (const result of everyResult()) {
    for (const source of SOURCES) {
      metrics.onVisit(visit(result, { discoveryType: 'passive', source }))
    }
  }
  for (const agent of INVENTED_AGENTS) {
    metrics.onVisit(visit(identified(agent)))
  }
  for (const end of ['max-duration', 'aborted', 'complete'] as const) {
    const coverage = { share: 0.97, low: 0.94, high: 0.99, mentioned: 40, found: 39, sampled: 200, questions: 190 }
    const report = crawlReport({ end, coverage, population: THOUSAND, distributions: { ...crawlReport({}).distributions, ...EVERY_TRANSPORT, ...MANY_PLACES } })
    metrics.onCrawl(report, { change: { entered: 1, left: 1 }, overlap: { active: 1, passive: 1, both: 1 } })
  }
  metrics.onForm('short')
  metrics.onForm('none')

  return registry
}

/** Every outcome with every lane, every transport of a connection, and every transport that was dialled. */
function everyResult (): Partial<VisitResult>[] {
  const lanes = [...LANES.filter(name => name !== 'full').map(lane => ({ lane })), {}]
  const connections = [...TRANSPORTS.map(transport => ({ connection: { address, transport, limited: false } })), {}]

  return OUTCOME_NAMES.flatMap(outcome => [
    ...lanes.flatMap(lane => connections.map(connection => ({ outcome, ...lane, ...connection }))),
    ...DIALLED.map(dialled => ({ outcome, attempts: [{ address: dialled, outcome, durationMs: 1 }] }))
  ])
}

const INVENTED_AGENTS = ['kubo/', 'KUBO/', 'go-ipfs/', 'lighthouse/', 'teku/', 'substrate/', 'celestia', 'lotus', '', '\u0000', 'é']
  .flatMap(name => Array.from({ length: 40 }, (_, i) => `${name}${String(i)}`))
const counted = (values: readonly string[]): Distribution => ({ top: values.map(value => ({ value, count: 1 })), other: 0 })
const EVERY_TRANSPORT = { transports: counted(TRANSPORTS), listenTransports: counted(TRANSPORTS), addressFamilies: counted(['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr', 'other']) }
const DIALLED = [
  '/ip4/8.8.8.8/tcp/4001',
  '/ip4/8.8.8.8/udp/4001/quic-v1',
  '/ip4/8.8.8.8/udp/4001/quic',
  '/ip4/8.8.8.8/tcp/4001/ws',
  '/dns4/a.example/tcp/443/wss',
  '/ip4/8.8.8.8/udp/4001/quic-v1/webtransport',
  '/ip4/8.8.8.8/udp/4001/webrtc-direct',
  '/ip4/8.8.8.8/tcp/4001/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf/p2p-circuit',
  '/ip4/8.8.8.8/tcp/4001/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf/p2p-circuit/webrtc',
  '/ip4/8.8.8.8/udp/4001/utp'
].map(text => parseAddress(text)!.address)
const MANY_PLACES = {
  countries: counted([...Array.from({ length: 199 }, (_, i) => `C${String(i)}`), 'unknown']),
  systems: counted([...Array.from({ length: 199 }, (_, i) => `AS${String(i)}`), 'unknown']),
  clouds: counted(cloudNames())
}
