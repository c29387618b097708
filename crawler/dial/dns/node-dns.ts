// Sends queries to the name servers directly. dns.lookup would occupy one of the four threads of the pool for each
// query, for seconds if the name server does not answer.
import { Resolver } from 'node:dns/promises'
import { raceAbort } from '../../../core/time/race-abort.ts'
import type { DnsResolver } from './dns-resolver.ts'

/** Error codes for a successful answer without records. */
const NO_RECORD = new Set(['ENOTFOUND', 'ENODATA'])

/** A DNS resolver that uses the name servers of this machine. */
export class NodeDns implements DnsResolver, Disposable {
  readonly #resolver: Resolver

  /**
   * @param timeoutMs limit of one query to one server; each server is tried twice
   * @param servers name servers, `host` or `host:port`; by default those of this machine
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

  /** Cancels the running queries. */
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
