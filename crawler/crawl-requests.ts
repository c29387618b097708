// Crawls requested by a user (docs/adr). Each crawl answers all requests made before it started. This includes the
// first crawl of this process, so a request that is older than the process is not repeated. Several requests during
// one crawl cause one more crawl.
import { open } from 'node:fs/promises'
import { CrawlRequest } from '../core/contracts/crawl-request.ts'
import { errorText } from '../core/errors.ts'
import type { Logger } from '../core/process/logger.ts'

/** A request, and the crawl that answers it. */
export interface AnsweredRequest {
  /** As in the request. */
  requestedAt: string

  crawlId: number
}

// Much more than the operator writes.
const MAX_BYTES = 1_024

/** Reads requests from a file, and keeps track of which one a crawl has answered. */
export class CrawlRequests {
  readonly #path: string | undefined
  readonly #log: Pick<Logger, 'info' | 'warn'>
  #answered: AnsweredRequest | undefined
  #lastProblem: string | undefined

  /** @param path file with the latest request; without it there are no requests */
  constructor (path: string | undefined, log: Pick<Logger, 'info' | 'warn'>) {
    this.#path = path
    this.#log = log
  }

  /** The last request for which a crawl has started. */
  get answered (): AnsweredRequest | undefined {
    return this.#answered
  }

  /** The request that no crawl has answered yet. */
  async waiting (): Promise<string | undefined> {
    const latest = await this.#read()

    return latest === this.#answered?.requestedAt ? undefined : latest
  }

  /** Records the start of a crawl, which answers all requests so far. */
  async answer (crawlId: number): Promise<void> {
    const requestedAt = await this.waiting()

    if (requestedAt !== undefined) {
      this.#answered = { requestedAt, crawlId }
      this.#log.info(this.#answered, 'this crawl answers a request')
    }
  }

  // An unreadable file counts as no request: crawls start on their interval.
  async #read (): Promise<string | undefined> {
    try {
      const text = this.#path === undefined ? undefined : await textOf(this.#path)
      const request = text === undefined ? undefined : CrawlRequest.parse(JSON.parse(text))
      this.#lastProblem = undefined

      return request?.requestedAt
    } catch (err) {
      this.#warnOnce(err)
      return undefined
    }
  }

  // The file is read every few seconds.
  #warnOnce (err: unknown): void {
    const problem = errorText(err)

    if (problem !== this.#lastProblem) {
      this.#lastProblem = problem
      this.#log.warn({ err, path: this.#path }, 'cannot read the file of requested crawls: crawls start only on their interval')
    }
  }
}

// Undefined if there is no file.
async function textOf (path: string): Promise<string | undefined> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0)

    return buffer.toString('utf8', 0, bytesRead)
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') {
      return undefined
    }
    throw err
  }
}
