import type { Outcome } from '../../../core/contracts/outcome.ts'

/** A peer of one crawl that the next crawl starts from. */
export interface KnownPeer {
  id: Uint8Array

  /** The one that answered first. */
  addresses: readonly Uint8Array[]

  /** Of its last visit. */
  outcome: Outcome

  /** Crawls in a row that did not contact it; 0 when the last one did. */
  failures: number
}
