// Strangers decide which names are looked up, and a name costs nothing: each may be asked for once and never again, so
// that no cache helps. What costs something is a registrable domain (Public Suffix List): queries are counted by it.
import { getDomain } from 'tldts'
import { boundedEntry } from '../../../core/limits/bounded-entry.ts'
import { TokenBucket } from '../../../core/limits/token-bucket.ts'
import { PeerDeadline } from '../../peer/peer-deadline.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { BucketOptions } from '../../../core/limits/token-bucket.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { DnsResolver } from './dns-resolver.ts'

export interface LimitedDnsDeps {
  /** Asks. */
  inner: DnsResolver

  clock: Clock
}

/** Limits of the queries that are sent. */
export interface DnsLimits {
  /** All queries. */
  all: BucketOptions

  /** Queries below one registrable domain. */
  domain: BucketOptions

  /** Distinct names of one domain that failed, without one that was found, before the domain is not asked for a while. */
  failingNames: number

  /** How long it is not asked, in milliseconds; then one further failure is enough. */
  failingMs: number

  /** Domains remembered; the oldest is forgotten first. */
  maxDomains: number

  /** Longest wait for a turn, in milliseconds: a visit waits behind it. */
  maxWaitMs: number
}

/** What a crawler uses. A crawl of the public IPFS network asks for about 10 names a second. */
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

/** Limits how often the DNS is asked: in all, below each registrable domain, and where a domain's names keep failing. */
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

  /** Domains that are remembered. */
  get size (): number {
    return this.#domains.size
  }

  /** @throws PP_PEER_FAULT `limit-exceeded` when the name was not asked for; what the DNS throws otherwise */
  async addresses (name: string, family: 4 | 6, signal: AbortSignal): Promise<readonly string[]> {
    // Most hosts have no IPv6 address: that says nothing of a name.
    return await this.#ask(name, family === 4, async () => await this.#deps.inner.addresses(name, family, signal), signal)
  }

  /** @throws PP_PEER_FAULT `limit-exceeded` when the name was not asked for; what the DNS throws otherwise */
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
        throw peerFault('limit-exceeded', 'there were too many names to look up')
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

/** The part of a name that somebody registered: `example.co.uk` of `a.b.example.co.uk`; the last label where there is none. */
export function registrableDomain (name: string): string {
  return getDomain(name, { allowPrivateDomains: true, extractHostname: false, validateHostname: false }) ?? name.slice(name.lastIndexOf('.') + 1)
}
