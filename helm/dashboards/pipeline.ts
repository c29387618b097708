// From the visit of a peer to its rows in the database: what is late, what is lost, what fills up.
import { namespaceVariable, probeVariable, scanVariable } from './choices.ts'
import { crawling } from './pipeline-crawling.ts'
import { files, storing } from './pipeline-storing.ts'
import { processes } from './processes.ts'
import { consumerSeries, crawlerSeries } from './selectors.ts'
import type { DashboardSpec } from './grafana/dashboard.ts'
import type { PanelGroup } from './grafana/panel-spec.ts'

const now: PanelGroup = {
  title: 'Now',
  panels: [
    {
      title: 'Visits',
      description: 'Visits that end per second, over all chosen scans. Zero between crawls.',
      kind: 'stat',
      unit: 'ops',
      metric: 'peerprobe_crawler_visits_total',
      queries: [{ expr: `sum(rate(${crawlerSeries('peerprobe_crawler_visits_total')}[$__rate_interval]))`, legend: 'visits' }],
      noData: 'No crawler is scraped',
      width: 4
    },
    {
      title: 'Buffered messages',
      description: 'Visits that the bus has not acknowledged. A buffer that stays full stops the crawl: nothing is dropped.',
      kind: 'stat',
      unit: 'short',
      metric: 'peerprobe_crawler_publisher_buffered_messages',
      queries: [{ expr: `sum(${crawlerSeries('peerprobe_crawler_publisher_buffered_messages')})`, legend: 'messages' }],
      noData: 'No crawler is scraped',
      width: 4
    },
    {
      title: 'Lag',
      description: 'Messages on the bus that are not in the database yet.',
      kind: 'stat',
      unit: 'short',
      metric: 'peerprobe_consumer_lag_messages',
      queries: [{ expr: `sum(${consumerSeries('peerprobe_consumer_lag_messages')})`, legend: 'messages' }],
      noData: 'No consumer has a partition',
      width: 4
    },
    {
      title: 'Since the last commit',
      description: 'Time since the last transaction of any consumer. It grows between crawls, too: compare it with the lag.',
      kind: 'stat',
      unit: 's',
      metric: 'peerprobe_consumer_last_commit_timestamp_seconds',
      queries: [{ expr: `time() - max(${consumerSeries('peerprobe_consumer_last_commit_timestamp_seconds')} > 0)`, legend: 'since' }],
      noData: 'No consumer has committed since its start',
      width: 4
    },
    {
      title: 'Dead letters',
      description: 'Share of the last 1,000 messages that could not be stored, of the consumer that has most.',
      kind: 'stat',
      unit: 'percentunit',
      metric: 'peerprobe_consumer_dead_letter_share',
      queries: [{ expr: `max(${consumerSeries('peerprobe_consumer_dead_letter_share')})`, legend: 'share' }],
      noData: 'No consumer is scraped',
      width: 4,
      alert: 'PeerProbeDeadLetters'
    },
    {
      title: 'Bus',
      description: 'Whether the bus takes messages, as the crawlers see it.',
      kind: 'stat',
      unit: 'none',
      metric: 'peerprobe_crawler_publisher_outage',
      queries: [{ expr: `max(${crawlerSeries('peerprobe_crawler_publisher_outage')})`, legend: 'bus' }],
      noData: 'No crawler is scraped',
      width: 4,
      values: [{ value: 0, text: 'takes messages', color: 'green' }, { value: 1, text: 'takes none', color: 'red' }]
    }
  ]
}

/** *Pipeline*: whether what is seen arrives in the database, and where it waits. */
export const pipeline: DashboardSpec = {
  uid: 'peerprobe-pipeline',
  title: 'PeerProbe / Pipeline',
  description: 'Crawlers, bus, consumers and database: throughput, lag, retries, dead letters, disks.',
  from: 'now-6h',
  variables: [
    namespaceVariable('nodejs_version_info{component=~"crawler|consumer"}'),
    probeVariable('nodejs_version_info{component=~"crawler|consumer", namespace=~"$namespace"}'),
    scanVariable('peerprobe_crawler_visit_slots{namespace=~"$namespace", peerprobe_dev_probe=~"$probe"}')
  ],
  groups: [now, crawling, storing, files, processes]
}
