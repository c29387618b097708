import type { DISCOVERY_TYPES, Source } from '../../../core/contracts/visit.ts'
import type { VisitResult } from '../../visit/visitor.ts'

/** A completed visit, with its context in the crawl. */
export interface CompletedVisit {
  crawlId: number

  /** 3 and 4 are confirmations. */
  attempt: 1 | 2 | 3 | 4

  discoveryType: typeof DISCOVERY_TYPES[number]
  source: Source

  /** Multihash bytes of the peer id. */
  id: Uint8Array

  /** Binary multiaddrs known for the peer, without duplicates. */
  addresses: readonly Uint8Array[]

  result: VisitResult
}

/** Receives completed visits. */
export interface VisitSink {
  /**
   * Undefined if there is room. Otherwise start no visit until the promise resolves. It rejects if the sink is
   * permanently broken.
   */
  ready (): Promise<void> | undefined

  /** Accepts a visit. Visits that started while there was room are accepted even if there is none left: no visit is dropped. */
  accept (visit: CompletedVisit): void
}
