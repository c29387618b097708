import { CachingDns } from './caching-dns.ts'
import { LimitedDns } from './limited-dns.ts'
import { NodeDns } from './node-dns.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { Standstill } from '../../../core/time/standstill.ts'
import type { DnsResolver } from './dns-resolver.ts'

const QUERY_TIMEOUT_MS = 3_000

/** Answers are cached for most of a crawl: names of peers change daily at most. */
const TTL_MS = 600_000

const MAX_ENTRIES = 10_000

/**
 * This machine's DNS, with a cache and limits. Dispose of it when the last visit has ended.
 *
 * @param servers name servers, `host` or `host:port`; by default those of this machine
 */
export function openSystemDns (clock: Clock, standstill: Pick<Standstill, 'lostMs'>, servers?: readonly string[]): DnsResolver & Disposable {
  const life = new AbortController()
  const dns = new NodeDns(QUERY_TIMEOUT_MS, servers)
  const cache = new CachingDns({ inner: new LimitedDns({ inner: dns, clock }), clock, standstill }, { ttlMs: TTL_MS, maxEntries: MAX_ENTRIES }, life.signal)

  return Object.assign(cache, {
    [Symbol.dispose] () {
      life.abort()
      dns[Symbol.dispose]()
    }
  })
}
