// Routing tables on their way into files, where a scan asks for them.
import { consumerSeries, crawlerSeries, PROBE_LABELS, PROBE_LEGEND, SCAN_LABELS, SCAN_LEGEND } from '../series/selectors.ts'
import type { PanelGroup, PanelSpec } from '../grafana/panel-spec.ts'

const NO_EDGES = 'No scan asks for active.neighbours'

/** Routing tables. */
export const edges: PanelGroup = {
  title: 'Routing tables',
  panels: [
    panel('Files of edges by outcome', 'Crawls whose routing tables were read, by what became of their file. Only those that are written leave one.', 'peerprobe_consumer_edge_files_total', {
      kind: 'columns',
      queries: [{ expr: `sum by (outcome) (increase(${consumerSeries('peerprobe_consumer_edge_files_total')}[$__rate_interval]))`, legend: '{{outcome}}' }],
      noData: 'No consumer is scraped'
    }),
    panel('Routing tables not read yet', 'Messages with routing tables that wait on the bus. They are kept for the retention of their topic, a day by default.', 'peerprobe_consumer_edge_unread_messages', {
      queries: [{ expr: `max by (${PROBE_LABELS}) (${consumerSeries('peerprobe_consumer_edge_unread_messages')})`, legend: PROBE_LEGEND }]
    }),
    panel('Reading routing tables', 'Whether consumers can read routing tables and write their files.', 'peerprobe_consumer_edge_outage', {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: `max by (${PROBE_LABELS}) (${consumerSeries('peerprobe_consumer_edge_outage')})`, legend: PROBE_LEGEND }],
      values: [{ value: 0, text: 'works', color: 'green' }, { value: 1, text: 'fails', color: 'red' }]
    }),
    panel('Bytes of routing tables', 'Messages with routing tables that crawlers published.', 'peerprobe_crawler_neighbours_bytes_total', {
      kind: 'columns',
      unit: 'bytes',
      queries: [{ expr: `sum by (${SCAN_LABELS}) (increase(${crawlerSeries('peerprobe_crawler_neighbours_bytes_total')}[$__rate_interval]))`, legend: SCAN_LEGEND }],
      noData: 'No crawler is scraped'
    }),
    panel('Bytes of files of edges', 'What consumers wrote to files of edges.', 'peerprobe_consumer_edge_bytes_total', {
      kind: 'columns',
      unit: 'bytes',
      queries: [{ expr: `sum by (${PROBE_LABELS}) (increase(${consumerSeries('peerprobe_consumer_edge_bytes_total')}[$__rate_interval]))`, legend: PROBE_LEGEND }],
      noData: 'No consumer is scraped'
    }),
    panel('Crawls given up', 'Crawls whose routing tables were given up, since the bus did not take them fast enough: their visits are not affected.', 'peerprobe_crawler_neighbours_given_up_total', {
      kind: 'columns',
      queries: [{ expr: `sum by (${SCAN_LABELS}) (increase(${crawlerSeries('peerprobe_crawler_neighbours_given_up_total')}[$__rate_interval]))`, legend: SCAN_LEGEND }],
      noData: 'No crawler is scraped'
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: NO_EDGES, width: 8, min: 0, ...more }
}
