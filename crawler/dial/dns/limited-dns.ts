// Remote peers decide which names are looked up, and names are free: an attacker can use each name only once, so that
// no cache helps. A registrable domain (Public Suffix List) costs money, so queries are counted by registrable
// domain.
import { getDomain } from 'tldts'
import { boundedEntry } from '../../../core/limits/bounded-entry.ts'
import { TokenBucket } from '../../../core/limits/token-bucket.ts'
import { PeerDeadline } from '../../peer/peer-deadline.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { BucketOptions } from '../../../core/limits/token-bucket.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { DnsResolver } from './dns-resolver.ts'

export interface LimitedDnsDeps {
  inner: DnsResolver

  clock: Clock
}

/** Limits of the sent queries. */
export interface DnsLimits {
  /** All queries. */
  all: BucketOptions

  /** Queries below one registrable domain. */
  domain: BucketOptions

  /** Distinct names of one domain that may fail in a row before queries to the domain pause. */
  failingNames: number

  /** Length of the pause, in milliseconds. After it, one more failure starts the next pause. */
  failingMs: number

  /** Domains kept; the oldest is evicted first. */
  maxDomains: number

  /** Longest wait for a token, in milliseconds. A visit waits behind it. */
  maxWaitMs: number
}

/** The defaults. A crawl of the public IPFS network looks up about 10 names a second. */
export const DNS_LIMITS: DnsLimits = {
  all: { burst: 200, perSecond: 50 },
  domain: { burst: 32, perSecond: 4 },
  failingNames: 16,
  failingMs: 60_000,
  maxDomains: 10_000,
  maxWaitMs: 2_000
}

interface Domain {
  bucket: TokenBucket
  failing: Set<string>
  untilMs: number
}

/** Limits DNS queries: in total, per registrable domain, and for domains whose names keep failing. */
export class LimitedDns implements DnsResolver {
  readonly #deps: LimitedDnsDeps
  readonly #limits: DnsLimits
  readonly #all: TokenBucket
  readonly #domains = new Map<string, Domain>()

  constructor (deps: LimitedDnsDeps, limits: DnsLimits = DNS_LIMITS) {
    this.#deps = deps
    this.#limits = limits
    this.#all = new TokenBucket(deps.clock, limits.all)
  }

  /** Number of domains kept. */
  get size (): number {
    return this.#domains.size
  }

  /** @throws PP_PEER_FAULT `limit-exceeded` if no query was sent because of a limit; otherwise the error of the DNS */
  async addresses (name: string, family: 4 | 6, signal: AbortSignal): Promise<readonly string[]> {
    // Most hosts have no IPv6 address, so an empty answer is not a failure.
    return await this.#ask(name, family === 4, async () => await this.#deps.inner.addresses(name, family, signal), signal)
  }

  /** @throws PP_PEER_FAULT `limit-exceeded` if no query was sent because of a limit; otherwise the error of the DNS */
  async texts (name: string, signal: AbortSignal): Promise<readonly string[]> {
    return await this.#ask(name, true, async () => await this.#deps.inner.texts(name, signal), signal)
  }

  async #ask (name: string, isEmptyAFailure: boolean, query: () => Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
    const domain = this.#domainOf(name)
    await this.#turn(domain, signal)

    try {
      const records = await query()

      if (records.length > 0) {
        domain.failing.clear()
        domain.untilMs = 0
      } else if (isEmptyAFailure) {
        this.#failed(domain, name)
      }

      return records
    } catch (err) {
      if (!signal.aborted) {
        this.#failed(domain, name)
      }

      throw err
    }
  }

  async #turn (domain: Domain, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    using deadline = new PeerDeadline(this.#deps.clock, this.#limits.maxWaitMs, signal)
    const buckets = [domain.bucket, this.#all]

    for (let empty = buckets.find(({ hasToken }) => !hasToken); ; empty = buckets.find(({ hasToken }) => !hasToken)) {
      signal.throwIfAborted()

      if (domain.untilMs > this.#deps.clock.monotonic()) {
        throw peerFault('limit-exceeded', 'the names of this domain keep failing')
      }
      if (empty === undefined) {
        break
      }
      if (deadline.signal.aborted) {
        throw peerFault('limit-exceeded', 'too many names to look up')
      }

      await empty.wait(deadline.signal)
    }

    buckets.forEach((bucket) => {
      bucket.take()
      bucket.end('nothing')
    })
  }

  #failed (domain: Domain, name: string): void {
    if (domain.failing.size < this.#limits.failingNames) {
      domain.failing.add(name)
    }
    if (domain.failing.size >= this.#limits.failingNames) {
      domain.untilMs = this.#deps.clock.monotonic() + this.#limits.failingMs
    }
  }

  #domainOf (name: string): Domain {
    const create = (): Domain => ({ bucket: new TokenBucket(this.#deps.clock, this.#limits.domain), failing: new Set(), untilMs: 0 })

    return boundedEntry(this.#domains, registrableDomain(name), this.#limits.maxDomains, create)
  }
}

/** The registrable domain of a name: `example.co.uk` for `a.b.example.co.uk`; the last label if there is none. */
export function registrableDomain (name: string): string {
  return getDomain(name, { allowPrivateDomains: true, extractHostname: false, validateHostname: false }) ?? name.slice(name.lastIndexOf('.') + 1)
}
