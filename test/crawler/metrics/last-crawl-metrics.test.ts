import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Registry } from '../../../core/process/metrics.ts'
import { CRAWL_METRICS } from '../../../crawler/metrics/crawl-metric-definitions.ts'
import { LastCrawlMetrics } from '../../../crawler/metrics/last-crawl-metrics.ts'
import { AFTER_A_CRAWL } from '../../../crawler/metrics/metric-labels.ts'
import { POPULATION_METRICS } from '../../../crawler/metrics/population-metric-definitions.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'
import { crawlReport } from '../../support/network/crawl-report.ts'
import type { MetricDefinition } from '../../../core/metrics/metric-definition.ts'
import type { KnownPeer } from '../../../crawler/engine/frontier/known-peer.ts'

const NONE = new Map<string, number>()

suite('the gauges of the last crawl', () => {
  test('have no series before a crawl has ended: zero would look like a network that is gone', async () => {
    const registry = new Registry()
    const metrics = new LastCrawlMetrics(registry, 'lab')
    const empty = async (): Promise<number> => [...(await seriesOf(registry)).values()].reduce((sum, n) => sum + n)
    const definitions: MetricDefinition[] = [...Object.values(CRAWL_METRICS), ...Object.values(POPULATION_METRICS)]
    assert.equal(await empty(), 0)
    metrics.onCrawl(crawlReport({ end: 'aborted' }), NONE, {})
    assert.equal(await empty(), 0)
    metrics.onCrawl(crawlReport({}), new Map([['kubo', 2]]), {})
    const series = await seriesOf(registry)

    assert.deepEqual(definitions.filter(({ name, onlyWhen }) => onlyWhen === AFTER_A_CRAWL && !series.has(name)), [])
    assert.deepEqual([...series].filter(([, n]) => n === 0).map(([name]) => name), [
      'peerprobe_crawler_population_listen_transport_peers',
      'peerprobe_crawler_population_country_peers',
      'peerprobe_crawler_population_as_peers',
      'peerprobe_crawler_population_cloud_peers',
      'peerprobe_crawler_population_keyspace_outlier_ratio',
      'peerprobe_crawler_coverage_ratio',
      'peerprobe_crawler_coverage_low_ratio',
      'peerprobe_crawler_coverage_high_ratio',
      'peerprobe_crawler_population_changed_peers',
      'peerprobe_crawler_population_seen_peers'
    ])
  })

  test('are those of the last crawl that was not aborted', async () => {
    const registry = new Registry()
    const metrics = new LastCrawlMetrics(registry, 'lab')
    metrics.onCrawl(crawlReport({}), NONE, { change: { entered: 3, left: 1 }, overlap: { active: 4, passive: 7, both: 2 } })
    metrics.onCrawl(crawlReport({ end: 'aborted', totals: { ...crawlReport({}).totals, contacted: 1 } }), NONE, {})

    for (const [series, value] of Object.entries({
      'peerprobe_crawler_last_crawl_timestamp_seconds': 3.5,
      'peerprobe_crawler_last_crawl_duration_seconds': 2.5,
      'peerprobe_crawler_population_peers{state="discovered"}': 10,
      'peerprobe_crawler_population_peers{state="visited"}': 9,
      'peerprobe_crawler_population_peers{state="contacted"}': 6,
      'peerprobe_crawler_population_peers{state="dht_server"}': 5,
      'peerprobe_crawler_last_crawl_refused_peers': 1,
      'peerprobe_crawler_last_crawl_unpublished_visits': 2,
      'peerprobe_crawler_population_outcome_peers{outcome="timeout"}': 3,
      'peerprobe_crawler_population_outcome_peers{outcome="reset"}': 0,
      'peerprobe_crawler_population_transport_peers{transport="tcp"}': 6,
      'peerprobe_crawler_population_address_family_peers{family="ip4"}': 6,
      'peerprobe_crawler_population_other_protocol_peers': 1,
      'peerprobe_crawler_population_changed_peers{change="entered"}': 3,
      'peerprobe_crawler_population_changed_peers{change="left"}': 1,
      'peerprobe_crawler_population_seen_peers{by="active"}': 4,
      'peerprobe_crawler_population_seen_peers{by="passive"}': 7,
      'peerprobe_crawler_population_seen_peers{by="both"}': 2
    })) {
      assert.equal(await valueOf(registry, series), value, series)
    }
  })

  test('compare the parts of the key space where a crawl contacted enough peers, and say nothing of it where one did not', async () => {
    const registry = new Registry()
    const metrics = new LastCrawlMetrics(registry, 'lab')
    const outlier = async (): Promise<number | undefined> => await valueOf(registry, 'peerprobe_crawler_population_keyspace_outlier_ratio')
    const peers = (failures: number): KnownPeer[] => Array.from({ length: 1_000 }, (_, n) => ({ id: Buffer.from(`${String(failures)} ${String(n)}`), addresses: [], outcome: 'ok', failures }))
    metrics.onCrawl(crawlReport({ population: [...peers(0), ...peers(1)] }), NONE, {})
    const even = Number(await outlier())
    assert.ok(even > 0 && even < 5)
    metrics.onCrawl(crawlReport({ population: peers(1) }), NONE, {})

    assert.equal(await outlier(), undefined)
  })

  test('have the coverage where it is known, and no number where it is not', async () => {
    const registry = new Registry()
    const metrics = new LastCrawlMetrics(registry, 'lab')
    const values = async (): Promise<(number | undefined)[]> => await Promise.all(['coverage_ratio', 'coverage_low_ratio', 'coverage_high_ratio', 'third_question'].map(async name => await valueOf(registry, `peerprobe_crawler_${name}`)))
    metrics.onCrawl(crawlReport({ coverage: { share: 0.97, low: 0.94, high: 0.99, mentioned: 40, found: 39, sampled: 200, questions: 190 } }), NONE, {})
    assert.deepEqual(await values(), [0.97, 0.94, 0.99, 0])
    metrics.onCrawl(crawlReport({ coverageGap: 'too-few', thirdQuestion: true }), NONE, {})

    assert.deepEqual(await values(), [undefined, undefined, undefined, 1])
  })

  test('keep what had peers before, with zero', async () => {
    const registry = new Registry()
    const metrics = new LastCrawlMetrics(registry, 'lab')
    const { distributions } = crawlReport({})
    metrics.onCrawl(crawlReport({}), new Map([['kubo', 2]]), {})
    metrics.onCrawl(crawlReport({ distributions: { ...distributions, transports: { top: [{ value: 'ws', count: 1 }], other: 0 } } }), NONE, {})

    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_agent_peers{agent_family="kubo"}'), 0)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_transport_peers{transport="tcp"}'), 0)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_transport_peers{transport="ws"}'), 1)
  })

  test('name why a crawl was of little use, until one is', async () => {
    const registry = new Registry()
    const metrics = new LastCrawlMetrics(registry, 'lab')
    const finding = async (code: string): Promise<number | undefined> => await valueOf(registry, `peerprobe_crawler_last_crawl_finding{code="${code}"}`)
    metrics.onCrawl(crawlReport({ totals: { ...crawlReport({}).totals, contacted: 0, dhtServers: 0, outcomes: { timeout: 9 } } }), NONE, {})
    assert.deepEqual([await finding('PP_NO_BOOTSTRAP'), await finding('PP_NO_DHT_SERVER'), await finding('PP_OTHER_PROTOCOLS')], [1, 0, 0])
    metrics.onCrawl(crawlReport({}), NONE, {})
    assert.deepEqual([await finding('PP_NO_BOOTSTRAP'), await finding('PP_NO_DHT_SERVER'), await finding('PP_OTHER_PROTOCOLS')], [0, 0, 1])
  })
})
