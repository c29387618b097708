// How the crawls went, how fast the network answers them, and who comes to the passive nodes.
import { crawlerSeries, SCAN_LABELS, SCAN_LEGEND } from './series/selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const NO_PASSIVE = 'No scan here has a passive node'
const COVERAGE = 'peerprobe_crawler_coverage_ratio'
const THIRD = 'peerprobe_crawler_third_question'
const NOT_KNOWN = 'No Census has ended yet whose coverage is estimable'

const byScan = (metric: string): string => `max by (${SCAN_LABELS}) (${crawlerSeries(metric)})`

/** Which share of the network the crawls find. */
export const coverage: PanelGroup = {
  title: 'Coverage: the share of the network that a crawl finds',
  panels: [
    {
      title: 'Coverage',
      description: 'Estimated share of the contactable peers that each crawl found, and its 95 % interval. Peers that stand in few routing tables are missed first.',
      kind: 'lines',
      unit: 'percentunit',
      metric: COVERAGE,
      queries: [
        { expr: byScan(COVERAGE), legend: '{{peerprobe_dev_scan}}' },
        { expr: byScan('peerprobe_crawler_coverage_low_ratio'), legend: '{{peerprobe_dev_scan}}, lower bound' },
        { expr: byScan('peerprobe_crawler_coverage_high_ratio'), legend: '{{peerprobe_dev_scan}}, upper bound' }
      ],
      noData: NOT_KNOWN,
      width: 16,
      max: 1,
      alert: 'PeerProbeCoverageLow'
    },
    {
      title: 'Third question',
      description: 'When each peer was asked for one more bucket: after a crawl that found less than 99 %, until three in a row found more than 99.5 %.',
      kind: 'states',
      unit: 'none',
      metric: THIRD,
      queries: [{ expr: byScan(THIRD), legend: '{{peerprobe_dev_scan}}' }],
      noData: 'No crawl has ended yet',
      width: 8,
      values: [{ value: 0, text: 'two questions', color: 'green' }, { value: 1, text: 'three questions', color: 'blue' }]
    }
  ]
}

/** Latency, duration and ends of crawls. */
export const crawls: PanelGroup = {
  title: 'Latency and crawls',
  panels: [
    panel('Round trips', 'How many contacted peers have which least round-trip time. Bands are continents; a band that moves up is a longer way, or our process short of time.', 'peerprobe_crawler_round_trip_seconds', {
      kind: 'heatmap',
      unit: 's',
      queries: [{ expr: `sum by (le) (increase(${crawlerSeries('peerprobe_crawler_round_trip_seconds_bucket')}[$__rate_interval]))`, legend: '{{le}}' }],
      noData: 'No peer was contacted in this span',
      width: 12
    }),
    panel('Duration of crawls', 'How long the last crawl took, and how long it may take before the next one is due.', 'peerprobe_crawler_last_crawl_duration_seconds', {
      unit: 's',
      queries: [
        { expr: byScan('peerprobe_crawler_last_crawl_duration_seconds'), legend: SCAN_LEGEND },
        { expr: byScan('peerprobe_crawler_crawl_interval_seconds'), legend: `${SCAN_LEGEND} interval` }
      ],
      width: 12
    }),
    panel('Crawls by end', 'How crawls ended: complete, by the limit of their duration, or aborted by a stop. What is cut short misses peers.', 'peerprobe_crawler_crawls_total', {
      kind: 'columns',
      queries: [{ expr: `sum by (end) (increase(${crawlerSeries('peerprobe_crawler_crawls_total')}[$__rate_interval]))`, legend: '{{end}}' }],
      width: 12
    }),
    panel('Findings', 'Why the last crawl was of little use, by error code: no bootstrap peer answered, no peer serves the DHT, or most serve another protocol.', 'peerprobe_crawler_last_crawl_finding', {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: `max by (code) (${crawlerSeries('peerprobe_crawler_last_crawl_finding')})`, legend: '{{code}}' }],
      values: [{ value: 0, text: 'no', color: 'green' }, { value: 1, text: 'yes', color: 'red' }],
      width: 12
    })
  ]
}

/** Passive nodes. */
export const passive: PanelGroup = {
  title: 'Passive nodes',
  panels: [
    panel('Connections', 'Connections that the passive nodes have now.', 'peerprobe_crawler_passive_connections', {
      queries: [{ expr: byScan('peerprobe_crawler_passive_connections'), legend: SCAN_LEGEND }],
      noData: NO_PASSIVE
    }),
    panel('Routing table', 'Peers in the routing tables of the passive nodes.', 'peerprobe_crawler_passive_routing_table_peers', {
      queries: [{ expr: byScan('peerprobe_crawler_passive_routing_table_peers'), legend: SCAN_LEGEND }],
      noData: NO_PASSIVE
    }),
    panel('Sightings', 'Peers that came to the passive nodes or were found by multicast DNS, each once in ten minutes, by outcome; and those that were too many to report.', 'peerprobe_crawler_passive_sightings_total', {
      kind: 'columns',
      queries: [
        { expr: `sum by (outcome) (increase(${crawlerSeries('peerprobe_crawler_passive_sightings_total')}[$__rate_interval]))`, legend: '{{outcome}}' },
        { expr: `sum(increase(${crawlerSeries('peerprobe_crawler_passive_refused_sightings_total')}[$__rate_interval]))`, legend: 'not reported' }
      ],
      noData: NO_PASSIVE
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: 'No crawl has ended in this span', width: 8, min: 0, ...more }
}
