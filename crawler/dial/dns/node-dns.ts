// Queries go to the name servers directly: dns.lookup would take a thread of the pool for each, of
// which there are four, and a name that does not answer holds one for seconds.
import { Resolver } from 'node:dns/promises'
import { raceAbort } from '../../../core/time/race-abort.ts'
import type { DnsResolver } from './dns-resolver.ts'

/** Errors that mean: asked and answered, there is none. */
const NO_RECORD = new Set(['ENOTFOUND', 'ENODATA'])

/** The DNS through the name servers of this machine. */
export class NodeDns implements DnsResolver, Disposable {
  readonly #resolver: Resolver

  /**
   * @param timeoutMs limit of one query to one server; each is asked twice
   * @param servers name servers, `host` or `host:port`; those of this machine when left out
   */
  constructor (timeoutMs: number, servers?: readonly string[]) {
    this.#resolver = new Resolver({ timeout: timeoutMs, tries: 2 })

    if (servers !== undefined) {
      this.#resolver.setServers(servers)
    }
  }

  async addresses (name: string, family: 4 | 6, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted()

    return await orNone(raceAbort(family === 4 ? this.#resolver.resolve4(name) : this.#resolver.resolve6(name), signal))
  }

  async texts (name: string, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted()

    return (await orNone(raceAbort(this.#resolver.resolveTxt(name), signal))).map(parts => parts.join(''))
  }

  /** Ends the queries that still run. */
  [Symbol.dispose] (): void {
    this.#resolver.cancel()
  }
}

async function orNone<T> (answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer
  } catch (err) {
    if (err instanceof Error && 'code' in err && NO_RECORD.has(String(err.code))) {
      return []
    }

    throw err
  }
}
