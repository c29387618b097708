import { CachingDns } from './caching-dns.ts'
import { NodeDns } from './node-dns.ts'
import type { Clock } from '../../core/clock.ts'
import type { Standstill } from '../standstill.ts'
import type { DnsResolver } from './dns-resolver.ts'

const QUERY_TIMEOUT_MS = 3_000

/** Answers live for most of a crawl: names of peers change by the day. */
const TTL_MS = 600_000

const MAX_ENTRIES = 10_000

/** The DNS of this machine, with a cache. Dispose it when the last visit has ended. */
export function openSystemDns (clock: Clock, standstill: Pick<Standstill, 'lostMs'>): DnsResolver & Disposable {
  const life = new AbortController()
  const dns = new NodeDns(QUERY_TIMEOUT_MS)
  const cache = new CachingDns({ inner: dns, clock, standstill }, { ttlMs: TTL_MS, maxEntries: MAX_ENTRIES }, life.signal)

  return Object.assign(cache, {
    [Symbol.dispose] () {
      life.abort()
      dns[Symbol.dispose]()
    }
  })
}
