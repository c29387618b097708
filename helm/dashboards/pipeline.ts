// From the visit of a peer to its rows in the database: what is late, what is lost, what fills up.
import { crawling } from './pipeline/crawling.ts'
import { edges } from './pipeline/edges.ts'
import { files } from './pipeline/files.ts'
import { jobs } from './pipeline/jobs.ts'
import { storing } from './pipeline/storing.ts'
import { processes } from './processes.ts'
import { namespaceVariable, probeVariable, scanVariable } from './series/choices.ts'
import { consumerSeries, crawlerSeries, SCAN_LABELS } from './series/selectors.ts'
import type { DashboardSpec } from './grafana/dashboard.ts'
import type { PanelGroup, PanelSpec, PanelValue } from './grafana/panel-spec.ts'

const NO_CRAWLER = 'No crawler is scraped'
const NO_CONSUMER = 'No consumer is scraped'
const WORKS: readonly PanelValue[] = [{ value: 0, text: 'works', color: 'green' }, { value: 1, text: 'fails', color: 'red' }]

const byScan = (metric: string): string => `max by (${SCAN_LABELS}) (${crawlerSeries(`peerprobe_crawler_publisher_${metric}`)})`

const now: PanelGroup = {
  title: 'Now',
  panels: [
    panel('Visits', 'Visits that end per second, of all chosen scans. None between crawls.', 'peerprobe_crawler_visits_total', {
      unit: 'ops',
      queries: [{ expr: `sum(rate(${crawlerSeries('peerprobe_crawler_visits_total')}[$__rate_interval]))`, legend: 'visits' }],
      noData: NO_CRAWLER
    }),
    panel('Buffer', 'How full the fullest buffer of messages is that the bus has not acknowledged. At 100 % the crawl waits: nothing is dropped.', 'peerprobe_crawler_publisher_buffered_messages', {
      unit: 'percentunit',
      queries: [{ expr: `max(${byScan('buffered_messages')} / ${byScan('buffer_limit_messages')})`, legend: 'full' }],
      noData: NO_CRAWLER
    }),
    panel('Bus', 'Whether the bus takes the messages of the crawlers.', 'peerprobe_crawler_publisher_outage', {
      unit: 'none',
      queries: [{ expr: `max(${crawlerSeries('peerprobe_crawler_publisher_outage')})`, legend: 'bus' }],
      noData: NO_CRAWLER,
      values: WORKS
    }),
    panel('Lag', 'Messages on the bus that are not in the database yet.', 'peerprobe_consumer_lag_messages', {
      queries: [{ expr: `sum(max by (namespace, peerprobe_dev_probe, partition) (${consumerSeries('peerprobe_consumer_lag_messages')}))`, legend: 'messages' }],
      noData: 'No consumer has a partition'
    }),
    panel('Delay', 'From its publication to its commit, 95 of 100 batches took no longer, in the last five minutes.', 'peerprobe_consumer_delay_seconds', {
      unit: 's',
      queries: [{ expr: `histogram_quantile(0.95, sum by (le) (rate(${consumerSeries('peerprobe_consumer_delay_seconds_bucket')}[5m]))) >= 0`, legend: 'delay' }],
      noData: 'Nothing was stored in five minutes'
    }),
    panel('Storing', 'Whether consumers can store and commit: the database and the bus, as they see them.', 'peerprobe_consumer_outage', {
      unit: 'none',
      queries: [{ expr: `max(${consumerSeries('peerprobe_consumer_outage')})`, legend: 'storing' }],
      noData: NO_CONSUMER,
      values: WORKS
    }),
    panel('Since the last commit', 'Time since the last transaction of any consumer. It grows between crawls as well: compare it with the lag.', 'peerprobe_consumer_last_commit_timestamp_seconds', {
      unit: 's',
      queries: [{ expr: `time() - max(${consumerSeries('peerprobe_consumer_last_commit_timestamp_seconds')})`, legend: 'since' }],
      noData: 'No consumer has committed since its start'
    }),
    panel('Dead letters', 'Share of the last 1,000 messages that could not be stored, of the consumer that has most.', 'peerprobe_consumer_dead_letter_share', {
      unit: 'percentunit',
      queries: [{ expr: `max(${consumerSeries('peerprobe_consumer_dead_letter_share')})`, legend: 'share' }],
      noData: NO_CONSUMER,
      alert: 'PeerProbeDeadLetters'
    })
  ]
}

/** *Pipeline*: whether what is seen arrives in the database, and where it waits. */
export const pipeline: DashboardSpec = {
  uid: 'peerprobe-pipeline',
  title: 'PeerProbe / Pipeline',
  description: 'Crawlers, bus, consumers and database: throughput, lag, retries, dead letters, disks.',
  from: 'now-6h',
  variables: [
    namespaceVariable('peerprobe_build_info{component=~"crawler|consumer"}'),
    probeVariable('peerprobe_build_info{component=~"crawler|consumer", namespace=~"$namespace"}'),
    scanVariable('peerprobe_crawler_scan_info{namespace=~"$namespace", peerprobe_dev_probe=~"$probe"}')
  ],
  groups: [now, crawling, storing, files, edges, jobs, processes]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries' | 'noData'>): PanelSpec {
  return { title, description, metric, kind: 'stat', unit: 'short', width: 3, ...more }
}
