import { z } from 'zod'
import { DumpContents } from '../../core/contracts/dump-content.ts'
import { DurationText } from '../../core/time/duration.ts'
import { PodSpec } from './pod-spec.ts'
import { Volume } from './references.ts'
import { durationRule, withRules } from './rules.ts'
import type { Rule } from './rules.ts'

// A batch that waits longer than 30 s makes a consumer look stuck.
const consumerRules: readonly Rule[] = [
  durationRule(['batch', 'maxWait'], { min: '0ms', max: '30s' }),
  durationRule(['retry', 'backoff'], { min: '0ms', max: '1m' }),
  durationRule(['coalesceWindow'], { min: '0ms', max: '480h' }),
  durationRule(['dump', 'interval'], { min: '1s', max: '480h' }),
  durationRule(['dump', 'keep'], { min: '1s', max: '87600h' })
]

/** How messages become rows and files. */
export const ConsumerSpec = withRules(z.strictObject({
  replicas: z.int().min(0).max(1_024).default(1).describe('Consumers that share the partitions. Consumers beyond the number of partitions stay idle.'),
  batch: z.strictObject({
    maxMessages: z.int().min(1).max(5_000).default(500).describe('Maximum number of messages in one transaction.'),
    maxWait: DurationText.default('100ms').describe('Longest time that a batch waits to fill.')
  }).prefault({}).describe('How messages become transactions.'),
  retry: z.strictObject({
    attempts: z.int().min(0).max(20).default(3).describe('Retries of a transaction after a deadlock or a lock timeout.'),
    backoff: DurationText.default('500ms').describe('Wait before the first retry; the second retry waits twice as long, the third three times as long.')
  }).prefault({}).describe('Retries of a transaction.'),
  deadLetters: z.strictObject({
    whenRefused: z.enum(['wait', 'skip']).default('wait').describe('What happens to a message that cannot be stored when its dead letter is refused too (its topic is missing, forbidden, full, or too small even without value, key and headers): `wait` until the dead letter is accepted; `skip` drops the message after about a minute and logs it.')
  }).prefault({}).describe('Messages that cannot be stored.'),
  coalesceWindow: DurationText.default('10m').describe('Smallest change of an address\'s last_seen that is written; 0s writes every change.'),
  dump: z.strictObject({
    enabled: z.boolean().default(false).describe('Whether to write dump files.'),
    contents: DumpContents.default(['nodes']).describe('What is dumped, each in a file of its own: nodes, visits, crawls or sessions.'),
    format: z.enum(['NDJSON', 'CSV', 'Parquet']).default('NDJSON').describe('Format of the dump files: NDJSON and CSV are compressed by zstd, Parquet compresses itself. The first dump of a content in a format is a full one.'),
    interval: DurationText.default('120s').describe('Time between two dumps.'),
    full: z.boolean().default(false).describe('Whether each dump contains all records instead of those written since the last dump. Dumps of sessions always contain all.'),
    keep: DurationText.default('168h').describe('Dump files older than this are removed, except the newest of each content.'),
    volume: Volume.optional()
  }).prefault({}).describe('Dump files of what is stored.'),
  pod: PodSpec
}).prefault({}), 'How messages become rows and files.', consumerRules)

/** {@inheritDoc ConsumerSpec} */
export type ConsumerSpec = z.output<typeof ConsumerSpec>
