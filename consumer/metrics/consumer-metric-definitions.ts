import { DUMP_CONTENTS } from '../../core/contracts/dump-content.ts'
import { ERRORS } from '../../core/errors.ts'
import { DURATIONS_S, oneOf } from '../../core/metrics/metric-definition.ts'
import { GROUP_PROBLEM_CODES } from '../pipeline/group-watch.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'
import type { RetryCause } from '../pipeline/pipeline-observer.ts'
import type { StoreTable } from '../store/model/node-store.ts'

/** Tables that rows are written to and removed from. */
export const TABLES: readonly StoreTable[] = ['node_info', 'address_info', 'node_network', 'visit', 'crawl']

/** Why something is tried again. */
export const RETRY_CAUSES: readonly RetryCause[] = ['conflict', 'store-unavailable', 'bus-unavailable']

/** What can become of a dump. */
export const DUMP_OUTCOMES = ['written', 'unchanged', 'skipped', 'failed'] as const

/** Partitions that have a series of their own; those after them share one. */
export const MAX_PARTITIONS = 128

const DELAYS_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400] as const
const BATCH_SIZES = [1, 5, 10, 50, 100, 200, 500, 1_000, 5_000] as const
const CODE = { values: '[error codes](errors.md)', atMost: Object.keys(ERRORS).length }
const PARTITION = { values: `its partitions; beyond ${String(MAX_PARTITIONS)} of them, other for the rest`, atMost: MAX_PARTITIONS + 1 }
const CONTENT = oneOf(DUMP_CONTENTS)
const AFTER_A_DUMP = 'absent until this process has written a dump: `consumer.dump` asks for them, and the consumer of partition 0 writes them'

/** What a consumer exposes. */
export const CONSUMER_METRICS = {
  consumed: { type: 'counter', name: 'peerprobe_consumer_messages_total', unit: 'messages', meaning: 'Messages taken from the bus.', answers: 'working', labels: {} },
  committed: { type: 'counter', name: 'peerprobe_consumer_committed_messages_total', unit: 'messages', meaning: 'Messages stored or dead-lettered, and committed.', answers: 'working', labels: {} },
  rows: { type: 'counter', name: 'peerprobe_consumer_rows_written_total', unit: 'rows', meaning: 'Rows written, by table.', answers: 'working', labels: { table: oneOf(TABLES) } },
  coalesced: { type: 'counter', name: 'peerprobe_consumer_rows_coalesced_total', unit: 'rows', meaning: 'Addresses whose last_seen was not written again.', answers: 'working', labels: {} },
  dumps: { type: 'counter', name: 'peerprobe_consumer_dumps_total', unit: 'dumps', meaning: 'Dumps, by content and by what became of them.', answers: 'working', labels: { content: CONTENT, outcome: oneOf(DUMP_OUTCOMES) } },

  lag: {
    type: 'gauge',
    name: 'peerprobe_consumer_lag_messages',
    unit: 'messages',
    meaning: 'Messages not committed, by partition of this consumer.',
    answers: 'late',
    labels: { partition: PARTITION }
  },
  lastCommit: {
    type: 'gauge',
    name: 'peerprobe_consumer_last_commit_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'When this process last committed.',
    answers: 'late',
    labels: {},
    onlyWhen: 'absent until it has committed'
  },
  delay: {
    type: 'histogram',
    name: 'peerprobe_consumer_delay_seconds',
    unit: 'seconds',
    meaning: 'How long the oldest message of what was committed together was on its way: from the moment that it was published.',
    answers: 'late',
    labels: {},
    buckets: DELAYS_S
  },
  dumpTime: {
    type: 'gauge',
    name: 'peerprobe_consumer_dump_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'The moment that the last dump of this process shows, by content.',
    answers: 'late',
    labels: { content: CONTENT },
    onlyWhen: AFTER_A_DUMP
  },
  dumpCompleted: {
    type: 'gauge',
    name: 'peerprobe_consumer_dump_completed_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'When this process last wrote a dump, or found that nothing had changed since the last one, by content.',
    answers: 'late',
    labels: { content: CONTENT },
    onlyWhen: AFTER_A_DUMP
  },
  dumpInterval: {
    type: 'gauge',
    name: 'peerprobe_consumer_dump_interval_seconds',
    unit: 'seconds',
    meaning: 'Time between two dumps of a content, where this consumer is the one to write them.',
    answers: 'late',
    labels: { content: CONTENT },
    onlyWhen: 'absent where no dumps are asked for, and for consumers without partition 0'
  },

  outage: { type: 'gauge', name: 'peerprobe_consumer_outage', unit: '0 or 1', meaning: '1 while nothing is stored or committed, since the database or the bus fails; 0 otherwise.', answers: 'lost', labels: {} },
  deadLetters: { type: 'counter', name: 'peerprobe_consumer_dead_letters_total', unit: 'messages', meaning: 'Messages moved to the dead letters, by error code.', answers: 'lost', labels: { code: CODE } },
  deadLetterShare: { type: 'gauge', name: 'peerprobe_consumer_dead_letter_share', unit: 'ratio', meaning: 'Share of the last 1,000 messages that could not be stored, from 0 to 1.', answers: 'lost', labels: {} },
  skipped: {
    type: 'counter',
    name: 'peerprobe_consumer_skipped_messages_total',
    unit: 'messages',
    meaning: 'Messages passed for good because their dead letters were refused as well, by error code.',
    answers: 'lost',
    labels: { code: CODE }
  },
  cuts: { type: 'counter', name: 'peerprobe_consumer_texts_cut_total', unit: 'texts', meaning: 'Texts that were cut to fit their columns.', answers: 'lost', labels: {} },
  partitions: {
    type: 'gauge',
    name: 'peerprobe_consumer_topic_partitions',
    unit: 'partitions',
    meaning: 'Partitions of the topic, as this consumer last saw them; one for which no consumer reports a lag is read by nobody.',
    answers: 'lost',
    labels: {},
    onlyWhen: 'absent until it has looked at its group'
  },
  groupProblem: {
    type: 'gauge',
    name: 'peerprobe_consumer_group_problem',
    unit: '0 or 1',
    meaning: '1 while something is wrong with the place of this consumer in its group, by error code; 0 otherwise.',
    answers: 'lost',
    labels: { code: oneOf(GROUP_PROBLEM_CODES) }
  },

  transaction: { type: 'histogram', name: 'peerprobe_consumer_transaction_duration_seconds', unit: 'seconds', meaning: 'Duration of transactions.', answers: 'time', labels: {}, buckets: DURATIONS_S },
  batch: { type: 'histogram', name: 'peerprobe_consumer_batch_messages', unit: 'messages', meaning: 'Messages in one transaction.', answers: 'time', labels: {}, buckets: BATCH_SIZES },
  retries: { type: 'counter', name: 'peerprobe_consumer_retries_total', unit: 'attempts', meaning: 'What was tried again, by cause.', answers: 'time', labels: { cause: oneOf(RETRY_CAUSES) } },
  dumpDuration: { type: 'histogram', name: 'peerprobe_consumer_dump_duration_seconds', unit: 'seconds', meaning: 'Duration of dumps that were written, by content.', answers: 'time', labels: { content: CONTENT }, buckets: DURATIONS_S },

  dumpNodes: { type: 'gauge', name: 'peerprobe_consumer_dump_nodes', unit: 'nodes', meaning: 'Nodes in the last dump of nodes.', answers: 'room', labels: {}, onlyWhen: AFTER_A_DUMP },
  dumpRecords: { type: 'gauge', name: 'peerprobe_consumer_dump_records', unit: 'records', meaning: 'Records in the last dump, by content.', answers: 'room', labels: { content: CONTENT }, onlyWhen: AFTER_A_DUMP },
  dumpBytes: { type: 'gauge', name: 'peerprobe_consumer_dump_bytes', unit: 'bytes', meaning: 'Size of the last dump\'s file, by content.', answers: 'room', labels: { content: CONTENT }, onlyWhen: AFTER_A_DUMP },
  removed: {
    type: 'counter',
    name: 'peerprobe_consumer_rows_removed_total',
    unit: 'rows',
    meaning: 'Rows that retention removed, by table; in a cluster a job removes them and logs how many.',
    answers: 'room',
    labels: { table: { values: 'the tables', atMost: 20 } }
  }
} as const satisfies Record<string, MetricDefinition>
