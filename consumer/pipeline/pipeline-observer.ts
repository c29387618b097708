import type { ErrorCode } from '../../core/errors.ts'
import type { WriteReport } from '../store/model/node-store.ts'

/** Why something is done again. */
export type RetryCause = 'conflict' | 'store-unavailable' | 'bus-unavailable'

/** Told of what the pipeline does, for metrics and status. */
export interface PipelineObserver {
  /** Messages were taken from the bus. */
  consumed (messages: number): void

  /** A transaction was committed. */
  wrote (report: WriteReport, batch: { messages: number, durationMs: number }): void

  /** Messages were given up, and their dead letters are acknowledged. */
  deadLettered (code: ErrorCode): void

  /** A message was given up, and its dead letter too, as the configuration asks for. */
  skipped (code: ErrorCode): void

  /** The group came this much further. The oldest of these messages had been on its way for so long since it was published; undefined where there was none. */
  committed (messages: number, delayMs: number | undefined): void

  retried (cause: RetryCause): void
}
