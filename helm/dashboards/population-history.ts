// How the population changes, how fast it answers, and who comes to the passive node.
import { crawlerSeries, SCAN_LABELS, SCAN_LEGEND } from './selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const NO_CRAWL = 'No crawl has ended in this span'
const NO_PASSIVE = 'No scan here has a passive node'

const overTime: PanelGroup = {
  title: 'Over time',
  panels: [
    {
      title: 'Peers',
      description: 'Peers of the last crawl by what became of them. A step down of all scans at once is more often ours than the network\'s: look at Pipeline.',
      kind: 'lines',
      unit: 'short',
      metric: 'peerprobe_crawler_population_peers',
      queries: [{ expr: `max by (${SCAN_LABELS}, state) (${crawlerSeries('peerprobe_crawler_population_peers')})`, legend: `${SCAN_LEGEND} {{state}}` }],
      noData: NO_CRAWL,
      width: 12,
      min: 0
    },
    flow('Visits by outcome', 'How visits ended. Timeouts that grow alone are peers going offline; all outcomes but one shrinking is a fault of the way out.', { metric: 'peerprobe_crawler_visits_total', label: 'outcome' }),
    flow('Identified peers by agent family', 'The software of the peers that identified themselves.', { metric: 'peerprobe_crawler_identified_total', label: 'agent_family' }),
    flow('Contacts by transport', 'The transport by which peers were contacted.', { metric: 'peerprobe_crawler_visits_total', label: 'transport', where: ['transport!="none"'] })
  ]
}

const speed: PanelGroup = {
  title: 'Latency and crawls',
  panels: [
    {
      title: 'Round trips',
      description: 'How many of the contacted peers have which least round-trip time. Bands are continents; a band that moves up is a way that became longer, or our process short of time.',
      kind: 'heatmap',
      unit: 's',
      metric: 'peerprobe_crawler_round_trip_seconds',
      queries: [{ expr: `sum by (le) (increase(${crawlerSeries('peerprobe_crawler_round_trip_seconds_bucket')}[$__rate_interval]))`, legend: '{{le}}' }],
      noData: 'No peer was contacted in this span',
      width: 12
    },
    {
      title: 'Duration of crawls',
      description: 'Mean duration of the crawls that ended within the last hour before each moment.',
      kind: 'lines',
      unit: 's',
      metric: 'peerprobe_crawler_crawl_duration_seconds',
      queries: [{
        expr: `sum by (${SCAN_LABELS}) (increase(${crawlerSeries('peerprobe_crawler_crawl_duration_seconds_sum')}[1h])) / sum by (${SCAN_LABELS}) (increase(${crawlerSeries('peerprobe_crawler_crawl_duration_seconds_count')}[1h]) > 0)`,
        legend: SCAN_LEGEND
      }],
      noData: NO_CRAWL,
      width: 6,
      min: 0
    },
    { ...flow('Crawls by end', 'How crawls ended: `complete`, or by a limit that cut them short. What is cut misses peers.', { metric: 'peerprobe_crawler_crawls_total', label: 'end' }), width: 6 }
  ]
}

const passive: PanelGroup = {
  title: 'Passive nodes',
  panels: [
    gauge('Connections', 'Connections that the passive nodes have now.', 'peerprobe_crawler_passive_connections'),
    gauge('Routing table', 'Peers in the routing tables of the passive nodes.', 'peerprobe_crawler_passive_routing_table_peers'),
    { ...flow('Sightings by outcome', 'Peers that came to the passive nodes, each once in ten minutes, and whether they answered a ping.', { metric: 'peerprobe_crawler_passive_sightings_total', label: 'outcome' }), noData: NO_PASSIVE, width: 8 }
  ]
}

/** The groups below the headline numbers. */
export const populationHistory: readonly PanelGroup[] = [overTime, speed, passive]

// What happened, by a label of its metric.
function flow (title: string, description: string, { metric, label, where = [] }: { metric: string, label: string, where?: string[] }): PanelSpec {
  return {
    title,
    description,
    kind: 'columns',
    unit: 'short',
    metric,
    queries: [{ expr: `sum by (${label}) (increase(${crawlerSeries(metric, ...where)}[$__rate_interval])) > 0`, legend: `{{${label}}}` }],
    noData: 'Nothing was visited in this span',
    width: 12,
    min: 0
  }
}

function gauge (title: string, description: string, metric: string): PanelSpec {
  return {
    title,
    description,
    kind: 'lines',
    unit: 'short',
    metric,
    queries: [{ expr: `sum by (${SCAN_LABELS}) (${crawlerSeries(metric)})`, legend: SCAN_LEGEND }],
    noData: NO_PASSIVE,
    width: 8,
    min: 0
  }
}
