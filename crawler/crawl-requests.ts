// Crawls that people ask for (docs/adr). Each crawl answers what was asked for before it started, the first one of this
// process as well: a request that is older than the process is not repeated, and many during one crawl make one more.
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

// Far more than the operator writes.
const MAX_BYTES = 1_024

/** Reads requests from a file, and remembers which of them a crawl has answered. */
export class CrawlRequests {
  readonly #path: string | undefined
  readonly #log: Pick<Logger, 'info' | 'warn'>
  #answered: AnsweredRequest | undefined
  #lastProblem: string | undefined

  /** @param path file with the latest request; there is never one where it is undefined */
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

  /** Takes note of a crawl that starts: it answers what is asked for by now. */
  async answer (crawlId: number): Promise<void> {
    const requestedAt = await this.waiting()

    if (requestedAt !== undefined) {
      this.#answered = { requestedAt, crawlId }
      this.#log.info(this.#answered, 'this crawl was asked for')
    }
  }

  // A file that cannot be read asks for nothing: crawls come on their interval.
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

  // It is read every few seconds.
  #warnOnce (err: unknown): void {
    const problem = errorText(err)

    if (problem !== this.#lastProblem) {
      this.#lastProblem = problem
      this.#log.warn({ err, path: this.#path }, 'the file of requested crawls cannot be read: no crawl is made out of turn')
    }
  }
}

// Undefined where there is none.
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
