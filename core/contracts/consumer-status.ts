import { z } from 'zod'
import { Timestamp } from './visit.ts'

const Count = z.int().min(0)

/** What a consumer says at `/status`: read by the local runner, by the operator and by people. */
export const ConsumerStatus = z.object({
  /** Absent where the process listens beyond its machine: strangers may read this. */
  topic: z.string().optional(),

  /** As `topic`. */
  group: z.string().optional(),

  /** Messages not committed in the partitions of this consumer, at most half a second old. Null until it has joined its group. */
  lag: z.object({
    total: Count,
    partitions: z.record(z.string(), Count),
    at: Timestamp
  }).nullable(),

  /** Messages taken from the bus. */
  consumed: Count,

  /** Messages stored or dead-lettered, and committed. */
  committed: Count,

  lastCommitAt: Timestamp.nullable(),

  /** Rows written, by table. */
  rows: z.record(z.string(), Count),

  /** Dead letters by error code. */
  deadLetters: z.record(z.string(), Count),

  /** Messages passed for good because their dead letters were refused as well (`deadLetters.whenRefused: skip`). */
  skipped: Count.default(0),

  /** Whether too many messages become dead letters, or null. All others are stored. */
  deadLetterProblem: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  /** Why nothing can be stored at the moment, or null. */
  outage: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable(),

  /** What is wrong with this consumer's place in its group, or null: it has no partition of its topic, or others in the group read another topic. */
  groupProblem: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  /** Which disk has nearly no room, or null. Below a quarter of its mark there is an outage besides. */
  disk: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  /** The last dump that this process wrote, or null. */
  dump: z.object({ file: z.string(), takenAt: Timestamp, count: Count, bytes: Count }).nullable()
})

/** {@inheritDoc ConsumerStatus} */
export type ConsumerStatus = z.output<typeof ConsumerStatus>
