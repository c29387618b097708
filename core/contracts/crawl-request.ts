// A crawl that a person asks for, out of turn: the operator writes it into a file that the crawler reads again and again.
import { z } from 'zod'
import { Timestamp } from './visit.ts'

/** Name of the file, beside the crawler's configuration. */
export const CRAWL_REQUEST_FILE = 'crawl-now.json'

/** What the file holds. */
export const CrawlRequest = z.strictObject({
  requestedAt: Timestamp.describe('When a person asked. Another time is another request; how it compares with a clock does not matter.')
}).describe('A crawl that is asked for.')

/** {@inheritDoc CrawlRequest} */
export type CrawlRequest = z.output<typeof CrawlRequest>
