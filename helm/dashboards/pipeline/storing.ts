// The consumers' part of the pipeline: from the bus to the database.
import { consumerSeries, PROBE_LABELS, PROBE_LEGEND } from '../series/selectors.ts'
import type { PanelGroup, PanelSpec } from '../grafana/panel-spec.ts'

const NOTHING_STORED = 'Nothing was stored in this span'

/** Reading the bus and writing the database. */
export const storing: PanelGroup = {
  title: 'Consumers: store',
  panels: [
    panel('Messages', 'Messages taken from the bus and messages committed, per second. A gap that stays is a database that takes less than there comes.', 'peerprobe_consumer_committed_messages_total', {
      unit: 'ops',
      queries: [
        { expr: rate('peerprobe_consumer_messages_total', PROBE_LABELS), legend: `${PROBE_LEGEND} taken` },
        { expr: rate('peerprobe_consumer_committed_messages_total', PROBE_LABELS), legend: `${PROBE_LEGEND} committed` }
      ]
    }),
    panel('Lag by partition', 'Messages not committed, by partition. One that grows alone holds a message that cannot pass, or has a consumer that stands.', 'peerprobe_consumer_lag_messages', {
      kind: 'areas',
      queries: [{ expr: `max by (${PROBE_LABELS}, partition) (${consumerSeries('peerprobe_consumer_lag_messages')})`, legend: `${PROBE_LEGEND} {{partition}}` }],
      noData: 'No consumer has a partition'
    }),
    panel('Delay of messages', 'How long messages were on their way when they were committed. It grows with the lag; a band that stays high is an outage that was made up for.', 'peerprobe_consumer_delay_seconds', {
      kind: 'heatmap',
      unit: 's',
      queries: buckets('peerprobe_consumer_delay_seconds'),
      noData: NOTHING_STORED
    }),
    panel('Duration of transactions', 'How many transactions take how long. A second band far above the first is waiting for locks.', 'peerprobe_consumer_transaction_duration_seconds', {
      kind: 'heatmap',
      unit: 's',
      queries: buckets('peerprobe_consumer_transaction_duration_seconds'),
      noData: NOTHING_STORED
    }),
    panel('Messages in a transaction', 'Mean number of messages that share a transaction. It follows the load; larger ones are cheaper.', 'peerprobe_consumer_batch_messages', {
      queries: [{ expr: `${rate('peerprobe_consumer_batch_messages_sum', PROBE_LABELS)} / (${rate('peerprobe_consumer_batch_messages_count', PROBE_LABELS)} > 0)`, legend: PROBE_LEGEND }],
      noData: NOTHING_STORED
    }),
    panel('Rows written', 'Rows written per second, by table; and addresses whose time was not written again, which costs nothing.', 'peerprobe_consumer_rows_written_total', {
      kind: 'areas',
      unit: 'ops',
      queries: [
        { expr: rate('peerprobe_consumer_rows_written_total', 'table'), legend: '{{table}}' },
        { expr: `sum(rate(${consumerSeries('peerprobe_consumer_rows_coalesced_total')}[$__rate_interval]))`, legend: 'not written again' }
      ]
    }),
    panel('Outages', 'When nothing was stored or committed, since the database or the bus failed.', 'peerprobe_consumer_outage', {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: `max by (${PROBE_LABELS}) (${consumerSeries('peerprobe_consumer_outage')})`, legend: PROBE_LEGEND }],
      values: [{ value: 0, text: 'stores', color: 'green' }, { value: 1, text: 'stores nothing', color: 'red' }]
    }),
    panel('Retries by cause', 'What was tried again. Conflicts are ordinary between consumers; unavailable stores and buses are outages.', 'peerprobe_consumer_retries_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_retries_total', 'cause'), legend: '{{cause}}' }]
    }),
    panel('Place in the group', 'Whether a consumer lost its place in its group, or has none, by error code.', 'peerprobe_consumer_group_problem', {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: `max by (code) (${consumerSeries('peerprobe_consumer_group_problem')})`, legend: '{{code}}' }],
      values: [{ value: 0, text: 'no', color: 'green' }, { value: 1, text: 'yes', color: 'red' }]
    }),
    panel('Dead letters by code', 'Messages that cannot be stored and were put aside, by error code. The reference of errors says what each code means.', 'peerprobe_consumer_dead_letters_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_dead_letters_total', 'code'), legend: '{{code}}' }]
    }),
    panel('Messages passed for good', 'Messages whose dead letters were refused as well, by error code: the only way in which a visit is lost by decision.', 'peerprobe_consumer_skipped_messages_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_skipped_messages_total', 'code'), legend: '{{code}}' }]
    }),
    panel('Texts cut', 'Texts of peers that were cut to fit their columns. Many of them are somebody who sends what no client sends.', 'peerprobe_consumer_texts_cut_total', {
      kind: 'columns',
      queries: [{ expr: increase('peerprobe_consumer_texts_cut_total', PROBE_LABELS), legend: PROBE_LEGEND }]
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: 'No consumer is scraped', width: 8, min: 0, ...more }
}

function rate (metric: string, labels: string): string {
  return `sum by (${labels}) (rate(${consumerSeries(metric)}[$__rate_interval]))`
}

function increase (metric: string, labels: string): string {
  return `sum by (${labels}) (increase(${consumerSeries(metric)}[$__rate_interval]))`
}

function buckets (histogram: string): PanelSpec['queries'] {
  return [{ expr: `sum by (le) (increase(${consumerSeries(`${histogram}_bucket`)}[$__rate_interval]))`, legend: '{{le}}' }]
}
