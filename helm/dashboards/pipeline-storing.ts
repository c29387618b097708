// The consumers' part of the pipeline: from the bus to the database and the files.
import { consumerSeries, PROBE_LABELS, PROBE_LEGEND } from './selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const NO_CONSUMER = 'No consumer is scraped'

/** Reading the bus and writing the database. */
export const storing: PanelGroup = {
  title: 'Consumers: store',
  panels: [
    panel('Messages', 'Messages taken from the bus and messages committed, per second. A gap that stays is work in the batcher, or a database that takes nothing.', 'peerprobe_consumer_committed_messages_total', {
      unit: 'ops',
      queries: [
        { expr: rate('peerprobe_consumer_messages_total', PROBE_LABELS), legend: `${PROBE_LEGEND} taken` },
        { expr: rate('peerprobe_consumer_committed_messages_total', PROBE_LABELS), legend: `${PROBE_LEGEND} committed` }
      ]
    }),
    panel('Lag by partition', 'Messages not committed, by partition. One partition that grows alone is a message that cannot pass, or a consumer that stands.', 'peerprobe_consumer_lag_messages', {
      kind: 'areas',
      queries: [{ expr: `sum by (${PROBE_LABELS}, partition) (${consumerSeries('peerprobe_consumer_lag_messages')})`, legend: `${PROBE_LEGEND} {{partition}}` }],
      noData: 'No consumer has a partition'
    }),
    panel('Messages in a transaction', 'Mean number of messages that share one transaction. Larger ones are cheaper; it follows the load.', 'peerprobe_consumer_batch_messages', {
      queries: [{ expr: `${rate('peerprobe_consumer_batch_messages_sum', PROBE_LABELS)} / (${rate('peerprobe_consumer_batch_messages_count', PROBE_LABELS)} > 0)`, legend: PROBE_LEGEND }],
      noData: 'Nothing was stored in this span'
    }),
    panel('Duration of transactions', 'How many transactions take how long. A second band far above the first is waiting for locks.', 'peerprobe_consumer_transaction_duration_seconds', {
      kind: 'heatmap',
      unit: 's',
      queries: [{ expr: `sum by (le) (increase(${consumerSeries('peerprobe_consumer_transaction_duration_seconds_bucket')}[$__rate_interval]))`, legend: '{{le}}' }],
      noData: 'Nothing was stored in this span'
    }),
    panel('Rows written', 'Rows written per second, by table.', 'peerprobe_consumer_rows_written_total', {
      unit: 'ops',
      kind: 'areas',
      queries: [{ expr: rate('peerprobe_consumer_rows_written_total', 'table'), legend: '{{table}}' }]
    }),
    panel('Retries by cause', 'What was tried again. Conflicts are ordinary between consumers; `store-unavailable` and `bus-unavailable` are outages.', 'peerprobe_consumer_retries_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_retries_total', 'cause'), legend: '{{cause}}' }]
    }),
    panel('Dead letters by code', 'Messages that cannot be stored and were put aside, by error code. The reference of errors says what each code means.', 'peerprobe_consumer_dead_letters_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_dead_letters_total', 'code'), legend: '{{code}}' }]
    }),
    panel('Messages passed for good', 'Messages whose dead letters were refused as well, by error code: the only way in which a visit is lost on purpose.', 'peerprobe_consumer_skipped_messages_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_skipped_messages_total', 'code'), legend: '{{code}}' }]
    }),
    panel('Place in the group', 'What is wrong with the place of a consumer in its group, by error code; no colour while nothing is.', 'peerprobe_consumer_group_problem', {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: `max by (code) (${consumerSeries('peerprobe_consumer_group_problem')})`, legend: '{{code}}' }],
      values: [{ value: 0, text: 'no', color: 'transparent' }, { value: 1, text: 'yes', color: 'red' }]
    })
  ]
}

/** Dumps and disks. */
export const files: PanelGroup = {
  title: 'Files and disks',
  panels: [
    panel('Age of the last dump', 'Time since the moment that the last dump shows.', 'peerprobe_consumer_dump_timestamp_seconds', {
      unit: 's',
      queries: [{ expr: `time() - max by (${PROBE_LABELS}) (${consumerSeries('peerprobe_consumer_dump_timestamp_seconds')} > 0)`, legend: PROBE_LEGEND }],
      noData: 'No dump was written since the start'
    }),
    panel('Dumps by outcome', 'Dumps, by what became of them. `unchanged` and `skipped` write no file.', 'peerprobe_consumer_dumps_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_dumps_total', 'outcome'), legend: '{{outcome}}' }]
    }),
    panel('Nodes in the last dump', 'How many nodes the last dump of each PeerProbe holds.', 'peerprobe_consumer_dump_nodes', {
      queries: [{ expr: `max by (${PROBE_LABELS}) (${consumerSeries('peerprobe_consumer_dump_nodes')})`, legend: PROBE_LEGEND }]
    }),
    panel('Free room', 'Room on the disks that processes write to, by use.', 'peerprobe_consumer_disk_free_bytes', {
      unit: 'bytes',
      queries: ofDisks('min', 'disk_free_bytes'),
      noData: 'No process here writes to a disk of its own'
    }),
    panel('Disks below their mark', 'While a disk is below its mark, whoever can wait does.', 'peerprobe_consumer_disk_low', {
      kind: 'states',
      unit: 'none',
      queries: ofDisks('max', 'disk_low'),
      values: [{ value: 0, text: 'enough', color: 'green' }, { value: 1, text: 'low', color: 'red' }],
      noData: 'No process here writes to a disk of its own'
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: NO_CONSUMER, width: 8, min: 0, ...more }
}

// The worst of each use, of consumers and of crawlers.
function ofDisks (worst: 'min' | 'max', metric: string): PanelSpec['queries'] {
  return ['consumer', 'crawler'].map(component => ({
    expr: `${worst} by (${PROBE_LABELS}, use) (${consumerSeries(`peerprobe_${component}_${metric}`)})`,
    legend: `${PROBE_LEGEND} ${component} {{use}}`
  }))
}

function rate (metric: string, labels: string): string {
  return `sum by (${labels}) (rate(${consumerSeries(metric)}[$__rate_interval]))`
}

function increase (metric: string, labels: string): string {
  return `sum by (${labels}) (increase(${consumerSeries(metric)}[$__rate_interval]))`
}
