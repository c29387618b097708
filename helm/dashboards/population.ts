// The network as the crawls see it.
import { namespaceVariable, probeVariable, scanVariable } from './choices.ts'
import { populationHistory } from './population-history.ts'
import { crawlerSeries, SCAN_LABELS } from './selectors.ts'
import type { DashboardSpec } from './grafana/dashboard.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const METRIC = 'peerprobe_crawler_population_peers'
const SUM = 'Scans of one network each count its peers: choose one scan.'

// Peers in a state, in the last crawl of each scan.
const peers = (state: string): string => `max by (${SCAN_LABELS}) (${crawlerSeries(METRIC, `state="${state}"`)})`

const now: PanelGroup = {
  title: 'Now: the last crawl of each scan',
  panels: [
    count('Peers found', 'Peers that the last crawl heard of.', peers('discovered')),
    count('Contacted', 'Peers that the last crawl reached.', peers('contacted')),
    count('DHT servers', 'Contacted peers that answer questions of the DHT.', peers('dht_server')),
    count('DHT clients', 'Contacted peers that do not answer questions of the DHT.', `${peers('contacted')} - ${peers('dht_server')}`),
    {
      ...count('Reachable', 'Contacted peers of all that the last crawl heard of. The rest is offline, behind NAT, or refuses connections.', ''),
      unit: 'percentunit',
      queries: [{ expr: `sum(${peers('contacted')}) / sum(${peers('discovered')})`, legend: 'reachable' }]
    }
  ]
}

/** *Population*: how large the network is, who is in it, how well it answers. */
export const population: DashboardSpec = {
  uid: 'peerprobe-population',
  title: 'PeerProbe / Population',
  description: 'The network as the crawls see it: its size, its software, its transports, its latency.',
  from: 'now-24h',
  variables: [
    namespaceVariable('peerprobe_crawler_visit_slots'),
    probeVariable('peerprobe_crawler_visit_slots{namespace=~"$namespace"}'),
    scanVariable('peerprobe_crawler_visit_slots{namespace=~"$namespace", peerprobe_dev_probe=~"$probe"}')
  ],
  groups: [now, ...populationHistory]
}

function count (title: string, meaning: string, expr: string): PanelSpec {
  return {
    title,
    description: `${meaning} ${SUM}`,
    kind: 'stat',
    unit: 'short',
    metric: METRIC,
    queries: [{ expr: `sum(${expr})`, legend: title }],
    noData: 'No crawl has ended yet',
    width: 4
  }
}
