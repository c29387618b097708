/** State of the publisher. */
export interface PublisherStatus {
  /** Messages not acknowledged yet. */
  buffered: number

  bufferedBytes: number

  /** Messages acknowledged. */
  published: number

  /** Attempts that failed and were repeated. */
  retries: number

  /** Messages that the topic refused as too large: dropped and logged. */
  refused: number

  /** Why the bus currently accepts nothing; undefined while it works. */
  outage: PublisherOutage | undefined
}

/** An outage of the bus. */
export interface PublisherOutage {
  code: string
  message: string

  /** When the first attempt failed, in epoch milliseconds. */
  sinceMs: number
}
