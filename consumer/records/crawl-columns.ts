import { COVERAGE_GAPS } from '../../core/contracts/coverage.ts'
import { column, optionalColumn } from './record-column.ts'
import type { RecordColumn } from './record-column.ts'

const total = (name: string, meaning: string): RecordColumn => optionalColumn(name, 'integer', `${meaning} Null while the crawl runs.`)

function quantiles (name: string, meaning: string): RecordColumn[] {
  return [['p50', 'Median'], ['p90', '90th percentile'], ['p99', '99th percentile']].map(([of = '', words = '']) =>
    optionalColumn(`${name}_${of}_ms`, 'number', `${words} ${meaning}`, { unit: 'ms' }))
}

/** Columns of a crawl: its row of `crawl`. */
export const CRAWL_COLUMNS: readonly RecordColumn[] = [
  column('scan', 'text', 'The scan that crawled: namespace/probe/scan.'),
  column('crawl_id', 'integer', 'Start of the crawl in Unix time, unique in its scan.', { unit: 's' }),
  column('network', 'text', 'Network of the scan.'),
  optionalColumn('vantage', 'text', 'Place of the crawler, where the scan has one.'),
  column('strategy', 'text', 'Which queries each peer was sent: `Census` or `Topology`.'),
  column('state', 'text', '`started`, `finished`, or `aborted` (the crawler said so, or a later crawl of the scan exists).'),
  column('reported_state', 'text', 'The state in the crawler\'s last message.'),
  column('started_at', 'time', 'Start by the crawler\'s clock.'),
  optionalColumn('finished_at', 'time', 'End; null while the crawl runs, and where its end was never reported.'),
  total('discovered', 'Distinct peers that any peer mentioned.'),
  total('visited', 'Distinct peers visited.'),
  total('contacted', 'Peers to which a secured connection was established.'),
  total('dht_servers', 'Contacted peers that serve the DHT.'),
  total('unpublished', 'Visits of uncontacted peers beyond the limit, which were counted and not published.'),
  total('refused_peers', 'Mentioned peers beyond the limits of a crawl, which were not visited.'),
  ...quantiles('latency', 'of the round-trip times of contacted peers.'),
  ...quantiles('latency_error', 'of how much shorter the round-trip times may have been.'),
  optionalColumn('disturbed', 'boolean', 'Whether the crawling process was suspended for more than a second; null from older crawlers.'),
  optionalColumn('lost_ms', 'number', 'How long it was suspended in all.', { unit: 'ms' }),
  optionalColumn('coverage_share', 'number', 'Most likely share of the contactable peers in at least two routing tables that the crawl found by itself, from 0 to 1; null where `coverage_gap` says why it is not known.'),
  optionalColumn('coverage_low', 'number', 'Lower bound of its 95 % interval.'),
  optionalColumn('coverage_high', 'number', 'Upper bound of its 95 % interval.'),
  optionalColumn('coverage_mentioned', 'integer', 'Contactable peers that the sample of the coverage mentioned.'),
  optionalColumn('coverage_found', 'integer', 'Those of them that the crawl had found before.'),
  optionalColumn('coverage_sampled', 'integer', 'Peers that were asked one more question for the coverage.'),
  optionalColumn('coverage_questions', 'integer', 'Those of them that answered.'),
  optionalColumn('coverage_gap', 'text', `Why the coverage is not known: ${Object.entries(COVERAGE_GAPS).map(([gap, meaning]) => `\`${gap}\` (${meaning})`).join(', ')}.`),
  optionalColumn('third_question', 'boolean', 'Whether each peer was asked for a second bucket; null from older crawlers.'),
  optionalColumn('confirmations', 'integer', 'Visits that checked the failure of a peer that the crawl before contacted; null from older crawlers.'),
  optionalColumn('confirmations_left_out', 'integer', 'Peers whose failure was not checked as often as intended; null from older crawlers.'),
  optionalColumn('gone_peers', 'integer', 'Peers of earlier crawls that did not answer again and that no peer mentioned: visited, and not part of the totals; null from older crawlers.')
]
