/** How the publisher stands. */
export interface PublisherStatus {
  /** Messages not acknowledged yet. */
  buffered: number

  bufferedBytes: number

  /** Messages acknowledged. */
  published: number

  /** Attempts that failed and were repeated. */
  retries: number

  /** Messages that the topic refuses as too large: they were left out, and logged. */
  refused: number

  /** Why the bus takes nothing at the moment; undefined while it does. */
  outage: PublisherOutage | undefined
}

/** A bus that takes nothing. */
export interface PublisherOutage {
  code: string
  message: string

  /** When the first attempt failed, in epoch milliseconds. */
  sinceMs: number
}
