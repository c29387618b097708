import type { Outcome } from '../../../core/contracts/outcome.ts'

/** A peer from an earlier crawl that the next crawl starts from. */
export interface KnownPeer {
  id: Uint8Array

  /** Its addresses; the one that answered comes first. */
  addresses: readonly Uint8Array[]

  /** Outcome of its last visit. */
  outcome: Outcome

  /** Number of crawls in a row that did not contact it; 0 if the last one did. */
  failures: number

  /**
   * When a crawl contacted it last, in epoch milliseconds (wall clock: it is kept across restarts). Absent if no crawl
   * ever dialled it with success: a peer that only came to the passive node is not missed when it does not come again.
   */
  contactedAtMs?: number

  /** Of a gone peer: crawls since its last visit. @default 0 */
  skipped?: number
}
