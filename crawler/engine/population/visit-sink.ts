import type { DISCOVERY_TYPES, Source } from '../../../core/contracts/visit.ts'
import type { VisitResult } from '../../visit/visitor.ts'

/** A visit that has ended, with what the crawl knows around it. */
export interface CompletedVisit {
  crawlId: number
  attempt: 1 | 2
  discoveryType: typeof DISCOVERY_TYPES[number]
  source: Source

  /** Multihash bytes of the peer id. */
  id: Uint8Array

  /** Binary multiaddrs known for the peer, without duplicates. */
  addresses: readonly Uint8Array[]

  result: VisitResult
}

/** Where visits go. */
export interface VisitSink {
  /**
   * Undefined when there is room. Otherwise no visit should be begun until the promise resolves;
   * it rejects when the sink is broken for good.
   */
  ready (): Promise<void> | undefined

  /** Takes a visit over. Those begun while there was room are taken even when there is none left: no visit is dropped. */
  accept (visit: CompletedVisit): void
}
