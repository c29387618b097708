// How the population changes from crawl to crawl.
import { crawlerSeries, SCAN_LABELS, SCAN_LEGEND } from './series/selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

/** The population of each crawl, by its properties. */
export const overTime: PanelGroup = {
  title: 'Over time: each crawl as it ended',
  panels: [
    panel('Peers', 'Peers of the last crawl by how far they were reached. A step down of all scans at once is more often ours than the network\'s: look at Pipeline.', 'peerprobe_crawler_population_peers', {
      kind: 'lines',
      queries: [{ expr: `max by (${SCAN_LABELS}, state) (${crawlerSeries('peerprobe_crawler_population_peers')})`, legend: `${SCAN_LEGEND} {{state}}` }]
    }),
    share('Outcomes', 'How the last visit of each peer ended. Timeouts that grow alone are peers going offline; refusals that grow are a fault of the way out.', 'peerprobe_crawler_population_outcome_peers', 'outcome'),
    share('Agents', 'The software of the peers that identified themselves, by family. A family that takes over within a day is a release, a merge of networks, or an attack.', 'peerprobe_crawler_population_agent_peers', 'agent_family'),
    share('Transports of connections', 'What carried the connection to each contacted peer. It follows what we dial first, not what the network prefers.', 'peerprobe_crawler_population_transport_peers', 'transport'),
    each('Announced transports', 'Contacted peers by the transports of the addresses that they announce: each counts once for each.', 'peerprobe_crawler_population_listen_transport_peers', 'transport'),
    each('Address families', 'Contacted peers by the families of their addresses: each counts once for each.', 'peerprobe_crawler_population_address_family_peers', 'family'),
    {
      ...each('Entered and left', 'Peers that a crawl contacted and the one before did not, and the other way round. Both lines together are churn; their difference is growth.', 'peerprobe_crawler_population_changed_peers', 'change'),
      noData: 'Two crawls have not ended yet'
    },
    {
      ...share('Seen actively and passively', 'Peers that only the crawl contacted, that only came to the passive node, and both. Those that only came cannot be dialled.', 'peerprobe_crawler_population_seen_peers', 'by'),
      noData: 'No scan here crawls and has a passive node'
    },
    {
      ...each('Peers of other networks', '', 'peerprobe_crawler_population_other_protocol_peers', 'peerprobe_dev_scan'),
      description: 'Contacted peers that serve another DHT protocol and none of the network\'s own. Many of them: two networks merge, or the scan has the wrong protocol.'
    }
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'areas', unit: 'short', noData: 'No crawl has ended in this span', width: 8, min: 0, ...more }
}

// Each peer is in one of the values of the label.
function share (title: string, description: string, metric: string, label: string): PanelSpec {
  return panel(title, description, metric, { queries: byLabel(metric, label) })
}

// A peer can be in several of the values.
function each (title: string, description: string, metric: string, label: string): PanelSpec {
  return panel(title, description, metric, { kind: 'lines', queries: byLabel(metric, label) })
}

function byLabel (metric: string, label: string): PanelSpec['queries'] {
  const labels = SCAN_LABELS.includes(label) ? SCAN_LABELS : `${SCAN_LABELS}, ${label}`

  return [{ expr: `sum by (${label}) (max by (${labels}) (${crawlerSeries(metric)}))`, legend: `{{${label}}}` }]
}
