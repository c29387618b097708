import { z } from 'zod'
import { DurationText } from '../../core/time/duration.ts'
import { CronText } from './cron.ts'
import { Volume } from './references.ts'
import { durationRule, withRules } from './rules.ts'

/** What is removed from the database, and when. */
export const RetentionSpec = withRules(z.strictObject({
  after: DurationText.default('720h').describe('Nodes and visits older than this are removed.'),
  schedule: CronText.default('30 3 * * *').describe('When they are removed (cron, UTC).')
}).prefault({}), 'How long history is kept.', [durationRule(['after'], { min: '1h', max: '87600h' })])

/** When each peer was there without interruption, derived from its visits. */
export const SessionsSpec = withRules(z.strictObject({
  enabled: z.boolean().default(true).describe('Whether sessions are derived.'),
  schedule: CronText.default('15 * * * *').describe('When they are derived (cron, UTC).'),
  keep: DurationText.default('8760h').describe('Sessions whose last contact is older are removed. They outlive the visits.')
}).prefault({}), 'Sessions of peers.', [durationRule(['keep'], { min: '1h', max: '87600h' })])

/** Backups of the database. */
export const BackupSpec = withRules(z.strictObject({
  enabled: z.boolean().default(false).describe('Whether to back up.'),
  schedule: CronText.default('0 2 * * *').describe('When to back up (cron, UTC).'),
  keep: DurationText.default('168h').describe('Backups older than this are removed, except the newest.'),
  volume: Volume.optional()
}).prefault({}), 'Backups of the database.', [
  durationRule(['keep'], { min: '1h', max: '87600h' })
])
