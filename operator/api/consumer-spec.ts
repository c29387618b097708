import { z } from 'zod'
import { DurationText } from '../../core/time/duration.ts'
import { PodSpec } from './pod-spec.ts'
import { Volume } from './references.ts'
import { durationRule, withRules } from './rules.ts'
import type { Rule } from './rules.ts'

// A batch that waits longer than 30 s would look like a consumer that hangs.
const consumerRules: readonly Rule[] = [
  durationRule(['batch', 'maxWait'], { min: '0ms', max: '30s' }),
  durationRule(['retry', 'backoff'], { min: '0ms', max: '1m' }),
  durationRule(['coalesceWindow'], { min: '0ms', max: '480h' }),
  durationRule(['dump', 'interval'], { min: '1s', max: '480h' }),
  durationRule(['dump', 'keep'], { min: '1s', max: '87600h' })
]

/** How messages become rows and files. */
export const ConsumerSpec = withRules(z.strictObject({
  replicas: z.int().min(0).max(1_024).default(1).describe('Consumers that share the partitions; more than there are partitions stand idle.'),
  batch: z.strictObject({
    maxMessages: z.int().min(1).max(5_000).default(500).describe('Messages in one transaction at most.'),
    maxWait: DurationText.default('100ms').describe('How long a batch may wait to fill.')
  }).prefault({}).describe('How messages become transactions.'),
  retry: z.strictObject({
    attempts: z.int().min(0).max(20).default(3).describe('Retries of a transaction after a deadlock or a lock timeout.'),
    backoff: DurationText.default('500ms').describe('Wait before the first retry; the second waits twice, the third three times as long.')
  }).prefault({}).describe('Retries of a transaction.'),
  deadLetters: z.strictObject({
    whenRefused: z.enum(['wait', 'skip']).default('wait').describe('What becomes of a message that cannot be stored while its dead letter is refused too (its topic missing, forbidden, full, or too small even without value, key and headers): `wait` until it is taken, `skip` it after about a minute with a line in the log.')
  }).prefault({}).describe('Messages that cannot be stored.'),
  coalesceWindow: DurationText.default('10m').describe('An address\'s last_seen that moved less than this is not written again; 0s writes always.'),
  dump: z.strictObject({
    enabled: z.boolean().default(false).describe('Whether to write dump files.'),
    format: z.enum(['NDJSON', 'CSV', 'Parquet']).default('NDJSON').describe('Format of the dump files.'),
    interval: DurationText.default('120s').describe('Time between two dumps.'),
    full: z.boolean().default(false).describe('Whether each dump holds all nodes instead of those seen since the last one.'),
    keep: DurationText.default('168h').describe('Dump files older than this are removed.'),
    volume: Volume.optional()
  }).prefault({}).describe('Dump files of the nodes.'),
  pod: PodSpec
}).prefault({}), 'How messages become rows and files.', consumerRules)

/** {@inheritDoc ConsumerSpec} */
export type ConsumerSpec = z.output<typeof ConsumerSpec>
