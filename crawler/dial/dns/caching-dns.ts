import { raceAbort } from '../../../core/time/race-abort.ts'
import { outcomeOfFault } from '../../peer/peer-fault.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { Standstill } from '../../../core/time/standstill.ts'
import type { DnsResolver } from './dns-resolver.ts'

export interface CachingDnsDeps {
  inner: DnsResolver

  clock: Clock

  /** Time that this process lost in standstills. A query that failed during one is repeated once, since the fault was ours. */
  standstill: Pick<Standstill, 'lostMs'>
}

/** Bounds of the cache. */
export interface CachingDnsOptions {
  /** How long an answer is cached, in milliseconds. Failures are cached too, so that not every visit queries a name server that is down. */
  ttlMs: number

  /** Answers kept; the oldest is evicted first. */
  maxEntries: number
}

interface Entry {
  answer: Promise<readonly string[]>
  untilMs: number
}

/** Caches answers. Concurrent lookups of the same name share one query, which no single caller can abort. */
export class CachingDns implements DnsResolver {
  readonly #entries = new Map<string, Entry>()
  readonly #deps: CachingDnsDeps
  readonly #options: CachingDnsOptions
  readonly #life: AbortSignal

  /** @param life aborts the running queries */
  constructor (deps: CachingDnsDeps, options: CachingDnsOptions, life: AbortSignal) {
    this.#deps = deps
    this.#options = options
    this.#life = life
  }

  async addresses (name: string, family: 4 | 6, signal: AbortSignal): Promise<readonly string[]> {
    return await this.#remember(`${String(family)} ${name}`, async () => await this.#deps.inner.addresses(name, family, this.#life), signal)
  }

  async texts (name: string, signal: AbortSignal): Promise<readonly string[]> {
    return await this.#remember(`txt ${name}`, async () => await this.#deps.inner.texts(name, this.#life), signal)
  }

  async #remember (key: string, ask: () => Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
    const now = this.#deps.clock.monotonic()
    const known = this.#entries.get(key)

    if (known !== undefined && known.untilMs > now) {
      return await raceAbort(known.answer, signal)
    }

    const entry = { answer: this.#askFairly(ask), untilMs: now + this.#options.ttlMs }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#evict()
    entry.answer.catch((err: unknown) => {
      // A query that our limits prevented is not an answer: the next lookup sends it.
      if (outcomeOfFault(err) === 'limit-exceeded' && this.#entries.get(key) === entry) {
        this.#entries.delete(key)
      }
    })

    return await raceAbort(entry.answer, signal)
  }

  async #askFairly (ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
    const { standstill } = this.#deps
    const lostBeforeMs = standstill.lostMs

    try {
      return await ask()
    } catch (err) {
      if (standstill.lostMs === lostBeforeMs) {
        throw err
      }
    }

    return await ask()
  }

  #evict (): void {
    const [oldest] = this.#entries.keys()

    if (oldest !== undefined && this.#entries.size > this.#options.maxEntries) {
      this.#entries.delete(oldest)
    }
  }
}
