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

/** Backups of the database. */
export const BackupSpec = withRules(z.strictObject({
  enabled: z.boolean().default(false).describe('Whether to back up.'),
  schedule: CronText.default('0 2 * * *').describe('When to back up (cron, UTC).'),
  keep: DurationText.default('168h').describe('Backups older than this are removed, except the newest.'),
  volume: Volume.optional()
}).prefault({}), 'Backups of the database.', [
  durationRule(['keep'], { min: '1h', max: '87600h' })
])
