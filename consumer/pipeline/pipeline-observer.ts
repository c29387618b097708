import type { ErrorCode } from '../../core/errors.ts'
import type { WriteReport } from '../store/model/node-store.ts'

/** Why an operation is retried. */
export type RetryCause = 'conflict' | 'store-unavailable' | 'bus-unavailable'

/** Receives what the pipeline did, for metrics and status. */
export interface PipelineObserver {
  /** Messages arrived from the bus. */
  consumed (messages: number): void

  /** A transaction was committed. */
  wrote (report: WriteReport, batch: { messages: number, durationMs: number }): void

  /** A message was rejected, and its dead letter is acknowledged. */
  deadLettered (code: ErrorCode): void

  /** A message was rejected and has no dead letter either: `deadLetters.whenRefused` is `skip`. */
  skipped (code: ErrorCode): void

  /** The group's position moved on by this many messages. The oldest of them was published `delayMs` before; undefined without messages. */
  committed (messages: number, delayMs: number | undefined): void

  retried (cause: RetryCause): void
}
