// The network as the crawls see it.
import { coverage, crawls, passive } from './population-crawls.ts'
import { overTime } from './population-history.ts'
import { places } from './population-places.ts'
import { namespaceVariable, probeVariable, scanVariable } from './series/choices.ts'
import { crawlerSeries, SCAN_LABELS } from './series/selectors.ts'
import type { DashboardSpec } from './grafana/dashboard.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const PEERS = 'peerprobe_crawler_population_peers'
const CHANGED = 'peerprobe_crawler_population_changed_peers'
const FINISHED = 'peerprobe_crawler_last_crawl_timestamp_seconds'
const SUM = 'Scans of one network each count its peers: choose one scan.'

// Peers in a state, in the last crawl of each scan.
const peers = (state: string): string => `max by (${SCAN_LABELS}) (${crawlerSeries(PEERS, `state="${state}"`)})`

const now: PanelGroup = {
  title: 'Now: the last crawl of each scan',
  panels: [
    count('Found', 'Peers that the last crawl heard of.', `sum(${peers('discovered')})`),
    count('Contacted', 'Peers that the last crawl reached.', `sum(${peers('contacted')})`),
    count('DHT servers', 'Contacted peers that answer questions of the DHT.', `sum(${peers('dht_server')})`),
    count('DHT clients', 'Contacted peers that do not answer questions of the DHT.', `sum(${peers('contacted')} - ${peers('dht_server')})`),
    {
      ...count('Reachable', 'Contacted peers of those visited. The rest is offline, behind NAT, or refuses connections.', `sum(${peers('contacted')}) / sum(${peers('visited')})`),
      unit: 'percentunit'
    },
    {
      ...count('Visited', 'Visited peers of those found: below 100 % a limit of the crawl was reached.', `sum(${peers('visited')}) / sum(${peers('discovered')})`),
      unit: 'percentunit'
    },
    {
      ...count('Entered or left', 'Peers that the last crawl contacted and the one before did not, and the other way round.', `sum(${crawlerSeries(CHANGED)})`),
      metric: CHANGED,
      noData: 'Two crawls have not ended yet'
    },
    {
      ...count('Since the last crawl', '', `time() - min(max by (${SCAN_LABELS}) (${crawlerSeries(FINISHED)}))`),
      description: 'Time since the last crawl ended, of the chosen scan whose crawl is oldest.',
      unit: 's',
      metric: FINISHED
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
    namespaceVariable('peerprobe_crawler_scan_info'),
    probeVariable('peerprobe_crawler_scan_info{namespace=~"$namespace"}'),
    scanVariable('peerprobe_crawler_scan_info{namespace=~"$namespace", peerprobe_dev_probe=~"$probe"}')
  ],
  groups: [now, coverage, overTime, places, crawls, passive]
}

function count (title: string, meaning: string, expr: string): PanelSpec {
  return {
    title,
    description: `${meaning} ${SUM}`,
    kind: 'stat',
    unit: 'short',
    metric: PEERS,
    queries: [{ expr, legend: title }],
    noData: 'No crawl has ended yet',
    width: 3
  }
}
