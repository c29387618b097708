import { z } from 'zod'
import { DUMP_CONTENTS } from './dump-content.ts'
import { Timestamp } from './visit.ts'

const Count = z.int().min(0)
const Dump = z.object({ file: z.string(), takenAt: Timestamp, count: Count, bytes: Count })

/** Body of a consumer's `/status`, which the local runner, the operator and people read. */
export const ConsumerStatus = z.object({
  /** Absent where the admin server listens beyond this machine: attackers may read it. */
  topic: z.string().optional(),

  /** As `topic`. */
  group: z.string().optional(),

  /** Lag of this consumer's partitions, at most half a second old. Null until it has joined its group. */
  lag: z.object({
    total: Count,
    partitions: z.record(z.string(), Count),
    at: Timestamp
  }).nullable(),

  /** Messages read from the bus. */
  consumed: Count,

  /** Messages stored or moved to the dead letters, and committed. */
  committed: Count,

  lastCommitAt: Timestamp.nullable(),

  /** Rows written, by table. */
  rows: z.record(z.string(), Count),

  /** Dead letters by error code. */
  deadLetters: z.record(z.string(), Count),

  /** Messages skipped because their dead letters were refused as well (`deadLetters.whenRefused: skip`). */
  skipped: Count.default(0),

  /** Set while too many messages become dead letters, else null. All others are stored. */
  deadLetterProblem: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  /** Why no message can be stored at the moment, or null. */
  outage: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable(),

  /** Problem of the consumer group, or null: this consumer has no partition of its topic, or other members read another topic. */
  groupProblem: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  /** A nearly full disk, or null. Below a quarter of its mark there is also an outage. */
  disk: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable().default(null),

  /** Files of routing tables, or null where they are not asked for. */
  edges: z.object({
    /** The offset after the last message that was read, by partition of the topic of routing tables. */
    positions: z.record(z.string(), Count),

    /** Crawls whose files are being filled. */
    open: Count,

    /** The last file that this process wrote, or null. */
    last: z.object({ file: z.string(), rows: Count, bytes: Count }).nullable(),

    /** Why no table is read at the moment, or null. */
    problem: z.object({ code: z.string(), message: z.string(), since: Timestamp }).nullable()
  }).nullable().default(null),

  /** The last dump that this process wrote, of whatever content, or null. */
  dump: Dump.nullable(),

  /** The last dump that this process wrote of each content. */
  dumps: z.partialRecord(z.enum(DUMP_CONTENTS), Dump).default({})
})

/** {@inheritDoc ConsumerStatus} */
export type ConsumerStatus = z.output<typeof ConsumerStatus>
