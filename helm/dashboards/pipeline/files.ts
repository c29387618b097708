// What the pipeline writes to disks: dumps, and room for all that has a folder.
import { consumerSeries, PROBE_LABELS, PROBE_LEGEND } from '../series/selectors.ts'
import type { PanelGroup, PanelQuery, PanelSpec } from '../grafana/panel-spec.ts'

const NO_DUMP = 'No dump was written since the start'
const NO_DISK = 'No process here writes to a disk of its own'

const ofComponent = (component: string, metric: string): string => consumerSeries(`peerprobe_${component}_disk_${metric}`)
const DUMP_LEGEND = `${PROBE_LEGEND} {{content}}`

const ofContent = (metric: string): string => `max by (${PROBE_LABELS}, content) (${consumerSeries(metric)})`

/** Dumps and disks. */
export const files: PanelGroup = {
  title: 'Dumps and disks',
  panels: [
    panel('Age of the last dump', 'Time since the moment that the last dump of each content shows, and the time between two dumps.', 'peerprobe_consumer_dump_timestamp_seconds', {
      unit: 's',
      queries: [
        { expr: `time() - ${ofContent('peerprobe_consumer_dump_timestamp_seconds')}`, legend: DUMP_LEGEND },
        { expr: `max by (${PROBE_LABELS}) (${consumerSeries('peerprobe_consumer_dump_interval_seconds')})`, legend: `${PROBE_LEGEND} interval` }
      ]
    }),
    panel('Dumps by outcome', 'Dumps, by what became of them. Those that are unchanged or skipped write no file.', 'peerprobe_consumer_dumps_total', {
      kind: 'columns',
      queries: [{ expr: `sum by (outcome) (increase(${consumerSeries('peerprobe_consumer_dumps_total')}[$__rate_interval]))`, legend: '{{outcome}}' }],
      noData: 'No consumer is scraped'
    }),
    panel('Size of the last dump', 'Size of the file of the last dump of each content.', 'peerprobe_consumer_dump_bytes', {
      unit: 'bytes',
      queries: [{ expr: ofContent('peerprobe_consumer_dump_bytes'), legend: DUMP_LEGEND }]
    }),
    panel('Records in the last dump', 'How many records the last dump of each content has: all, or those written since the one before.', 'peerprobe_consumer_dump_records', {
      queries: [{ expr: ofContent('peerprobe_consumer_dump_records'), legend: DUMP_LEGEND }]
    }),
    panel('Free room', 'Free share of the disks that processes write to, by use. The least of several pods.', 'peerprobe_consumer_disk_free_bytes', {
      unit: 'percentunit',
      queries: ofDisks(component => `min by (${PROBE_LABELS}, use) (${ofComponent(component, 'free_bytes')} / ${ofComponent(component, 'size_bytes')})`),
      noData: NO_DISK,
      max: 1
    }),
    panel('Disks below their mark', 'While a disk is below its mark, whatever can wait does: crawls take no new peers, dumps are left out.', 'peerprobe_consumer_disk_low', {
      kind: 'states',
      unit: 'none',
      queries: ofDisks(component => `max by (${PROBE_LABELS}, use) (${ofComponent(component, 'low')})`),
      values: [{ value: 0, text: 'enough', color: 'green' }, { value: 1, text: 'low', color: 'red' }],
      noData: NO_DISK
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: NO_DUMP, width: 8, min: 0, ...more }
}

function ofDisks (expr: (component: string) => string): PanelQuery[] {
  return ['consumer', 'crawler'].map(component => ({ expr: expr(component), legend: `${PROBE_LEGEND} ${component} {{use}}` }))
}
