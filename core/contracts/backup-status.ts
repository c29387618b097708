import { z } from 'zod'
import { Timestamp } from './visit.ts'

/** Body of `/status` of the process that backs up the database of one machine. */
export const BackupStatus = z.object({
  /** The newest whole backup, or null. */
  last: z.object({ path: z.string(), takenAt: Timestamp, finishedAt: Timestamp, bytes: z.int().min(0) }).nullable(),

  /** Why the last attempt failed, and when; null after a backup that succeeded. */
  failure: z.object({ code: z.string(), message: z.string(), at: Timestamp }).nullable(),

  /** Whether a backup is being made. */
  running: z.boolean(),

  /** When the next backup or attempt begins; null while one is running. */
  nextAt: Timestamp.nullable()
})

/** {@inheritDoc BackupStatus} */
export type BackupStatus = z.output<typeof BackupStatus>
