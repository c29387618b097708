import { raceAbort } from './race-abort.ts'
import type { Clock } from '../../core/clock.ts'
import type { DnsResolver } from './dns-resolver.ts'

/** Bounds of the cache. */
export interface CachingDnsOptions {
  /** How long an answer is used again, in milliseconds. Failures too: a name server that is down is not asked by each visit. */
  ttlMs: number

  /** Answers kept; the oldest goes first. */
  maxEntries: number
}

interface Entry {
  answer: Promise<readonly string[]>
  untilMs: number
}

/** Remembers answers. Visits that ask for the same name at once share one query, which no single one of them can abort. */
export class CachingDns implements DnsResolver {
  private readonly entries = new Map<string, Entry>()
  private readonly inner: DnsResolver
  private readonly clock: Clock
  private readonly options: CachingDnsOptions
  private readonly life: AbortSignal

  /** @param life ends the queries that are under way */
  constructor (inner: DnsResolver, clock: Clock, options: CachingDnsOptions, life: AbortSignal) {
    this.inner = inner
    this.clock = clock
    this.options = options
    this.life = life
  }

  async addresses (name: string, family: 4 | 6, signal: AbortSignal): Promise<readonly string[]> {
    return await this.remember(`${String(family)} ${name}`, async () => await this.inner.addresses(name, family, this.life), signal)
  }

  async texts (name: string, signal: AbortSignal): Promise<readonly string[]> {
    return await this.remember(`txt ${name}`, async () => await this.inner.texts(name, this.life), signal)
  }

  private async remember (key: string, ask: () => Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
    const now = this.clock.monotonic()
    const known = this.entries.get(key)

    if (known !== undefined && known.untilMs > now) {
      return await raceAbort(known.answer, signal)
    }

    const entry = { answer: ask(), untilMs: now + this.options.ttlMs }
    this.entries.delete(key)
    this.entries.set(key, entry)
    this.evict()

    return await raceAbort(entry.answer, signal)
  }

  private evict (): void {
    const [oldest] = this.entries.keys()

    if (oldest !== undefined && this.entries.size > this.options.maxEntries) {
      this.entries.delete(oldest)
    }
  }
}
