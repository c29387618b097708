// What every process of Node says of itself.
import { consumerSeries } from './series/selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

/** Processor time, memory and event loop of crawlers and consumers. */
export const processes: PanelGroup = processGroup('Processes', consumerSeries)

/** The same panels for other processes. */
export function processGroup (title: string, series: (metric: string) => string): PanelGroup {
  return {
    title,
    panels: [
      panel('Processor time', 'Processors that each process uses. A crawler at its limit stands still, and sees peers as gone that are there.', 'process_cpu_seconds_total', {
        queries: [{ expr: `sum by (pod, component) (rate(${series('process_cpu_seconds_total')}[$__rate_interval]))`, legend: '{{pod}} {{component}}' }]
      }),
      panel('Memory', 'Resident memory of each process.', 'process_resident_memory_bytes', {
        unit: 'bytes',
        queries: [{ expr: `sum by (pod, component) (${series('process_resident_memory_bytes')})`, legend: '{{pod}} {{component}}' }]
      }),
      panel('Event loop', 'How late the event loop of each process is, at the moment of the scrape.', 'nodejs_eventloop_lag_seconds', {
        unit: 's',
        queries: [{ expr: `max by (pod, component) (${series('nodejs_eventloop_lag_seconds')})`, legend: '{{pod}} {{component}}' }]
      })
    ]
  }
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: 'No process is scraped', width: 8, min: 0, ...more }
}
