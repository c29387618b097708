/** Which records are wanted; a record must meet all conditions. What each means for a kind is in `RECORD_KINDS`. */
export interface RecordFilter {
  network?: string | undefined
  scan?: string | undefined
  agent?: string | undefined
  protocol?: string | undefined
  outcome?: string | undefined
  country?: string | undefined
  asn?: number | undefined
  cloud?: string | undefined
  crawlId?: number | undefined

  /** First moment, in epoch milliseconds. */
  sinceMs?: number | undefined

  /** First moment after the span, in epoch milliseconds. */
  untilMs?: number | undefined
}

/** Name of a condition. */
export type FilterName = keyof RecordFilter
