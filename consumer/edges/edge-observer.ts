import type { CrawlKey } from './edge-file-name.ts'

/**
 * What became of the edges of a crawl: `incomplete` where a message of it is missing, `aborted` where the crawler stopped or gave up,
 * `skipped` where the disk is nearly full, `failed` where the file could not be written.
 */
export const EDGE_OUTCOMES = ['written', 'incomplete', 'aborted', 'skipped', 'failed'] as const

/** One of {@link EDGE_OUTCOMES}. */
export type EdgeOutcome = typeof EDGE_OUTCOMES[number]

/** A file that was written. */
export interface WrittenEdges extends CrawlKey {
  file: string
  rows: number
  bytes: number
}

/** Receives what happens to routing tables. */
export interface EdgeObserver {
  /** Messages were read. */
  read (messages: number): void

  /** An invalid message was read. */
  rejected (): void

  /** A crawl is over. @param written the file, if there is one */
  ended (outcome: EdgeOutcome, written?: WrittenEdges): void
}
