// Peers announce addresses of other peers without any proof. An attacker who announces one victim's address under a
// thousand invented ids must not make us dial it a thousand times. A dial therefore spends from a budget until the
// announced peer proves its identity. Dead addresses use the budget up. A peer that is found refunds its dial and
// adds a credit, so that a host with hundreds of real peers (a relay, a proxy, a network on loopback) is crawled
// completely.
import { boundedEntry } from '../../core/limits/bounded-entry.ts'
import { TokenBucket } from '../../core/limits/token-bucket.ts'
import { embeddedIpv4, isLoopback } from '../address/ip-class.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { peerFault, provenIdOf } from '../peer/peer-fault.ts'
import type { BucketOptions } from '../../core/limits/token-bucket.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Address } from '../address/address-reader.ts'

interface PortOptions { budget: number, credit: number }

/** The budgets, and the bounds of their bookkeeping. */
export interface DialBudgetOptions {
  endpoint: BucketOptions
  ip: BucketOptions
  subnet: BucketOptions

  /** Ports of one IP address that are dialled in one crawl; each peer found there adds `credit` ports. */
  ports: PortOptions

  /** The same for loopback, where a whole network may have one address; it has no subnets. */
  loopback: { ip: BucketOptions, ports: PortOptions }

  /** Entries kept of endpoints, of IP addresses and of subnets; the oldest is evicted first. */
  maxEntries: number

  /** Longest wait of one dial, in milliseconds. The peer's other addresses wait behind it. */
  maxWaitMs: number
}

/** The defaults. */
export const DIAL_BUDGET: DialBudgetOptions = {
  endpoint: { burst: 8, perSecond: 2, budget: 16, credit: 8 },
  ip: { burst: 64, perSecond: 4, budget: 256, credit: 16 },
  subnet: { burst: 256, perSecond: 16, budget: 2_048, credit: 64 },
  ports: { budget: 64, credit: 8 },
  loopback: { ip: { burst: 256, perSecond: 16, budget: 1_024, credit: 32 }, ports: { budget: 256, credit: 32 } },
  maxEntries: 50_000,
  maxWaitMs: 2_000
}

/** Proven ids that are kept of one IP address. */
const MAX_PROVEN = 16

/** Permission for one dial. The holder reports how the dial ended. */
export interface DialPermit {
  /** The announced peer proved its identity. */
  found (): void

  /** @param err why the dial failed. If another peer proved its identity, that peer may be dialled from now on, even when the budget is used up. */
  failed (err: unknown): void

  /** The dial was never made. */
  unused (): void
}

interface Endpoint {
  bucket: TokenBucket

  /** Ids whose dials here were charged; bounded by the budget. */
  ids: Set<string>
}

interface Host {
  bucket: TokenBucket

  /** Ids that proved to be here: they may be dialled even when the budget is used up. */
  proven: Set<string>

  ports: Set<number>
  portsLeft: number
  portCredit: number
}

interface Place { endpoint: Endpoint, host: Host, buckets: readonly TokenBucket[], port: number }

/** Bounds a crawl's dials, by all clients together, to endpoints, IP addresses and subnets where no peer is found. */
export class DialBudget {
  readonly #clock: Clock
  readonly #options: DialBudgetOptions
  #endpoints = new Map<string, Endpoint>()
  #hosts = new Map<string, Host>()
  #subnets = new Map<string, TokenBucket>()

  constructor (clock: Clock, options: DialBudgetOptions = DIAL_BUDGET) {
    this.#clock = clock
    this.#options = options
  }

  /** Number of endpoints, IP addresses and subnets kept. */
  get size (): number {
    return this.#endpoints.size + this.#hosts.size + this.#subnets.size
  }

  /** Resets all budgets. */
  startCrawl (): void {
    this.#endpoints = new Map()
    this.#hosts = new Map()
    this.#subnets = new Map()
  }

  /**
   * Waits for permission to dial an address for a peer.
   *
   * @param repeats whether another dial of the same peer at this address is free, as in a visit, which dials an
   * address a few times only. A charged repeat is refunded when the peer is found, without a credit.
   * @throws PP_PEER_FAULT `limit-exceeded` if the crawl's budget is used up or the wait is too long; the signal's
   * reason if it aborts first
   */
  async admit (address: Address, id: Uint8Array, signal: AbortSignal, repeats: 'free' | 'charged' = 'free'): Promise<DialPermit> {
    const key = latin1(id)
    signal.throwIfAborted()
    const first = this.#tryAdmit(address, key, repeats)

    if (!(first instanceof TokenBucket)) {
      return first
    }

    using deadline = new PeerDeadline(this.#clock, this.#options.maxWaitMs, signal)

    for (let next: DialPermit | TokenBucket = first; ; next = this.#tryAdmit(address, key, repeats)) {
      signal.throwIfAborted()

      if (!(next instanceof TokenBucket)) {
        return next
      }
      if (deadline.signal.aborted) {
        throw overBudget()
      }

      await next.wait(deadline.signal)
    }
  }

  /** A permission, or the bucket that has no token. */
  #tryAdmit (address: Address, key: string, repeats: 'free' | 'charged'): DialPermit | TokenBucket {
    const place = this.#placeOf(address)
    const { endpoint, host, buckets, port } = place

    const isRepeat = endpoint.ids.has(key) || host.proven.has(key)

    if (isRepeat && repeats === 'free') {
      return permitOf(place, key, 'nothing')
    }

    const isNewPort = !host.ports.has(port)

    if (buckets.some(({ isSpent }) => isSpent) || (isNewPort && host.portsLeft < 1)) {
      throw overBudget()
    }

    const empty = buckets.find(({ hasToken }) => !hasToken)

    if (empty !== undefined) {
      return empty
    }

    buckets.forEach((bucket) => {
      bucket.take()
    })
    endpoint.ids.add(key)

    if (isNewPort) {
      host.ports.add(port)
      host.portsLeft--
    }

    return permitOf(place, key, isRepeat ? 'its own' : 'credit')
  }

  #placeOf ({ host: bytes, port, transport }: Address): Place {
    const address = embeddedIpv4(bytes) ?? bytes
    const ip = latin1(address)
    const { maxEntries, ...options } = this.#options
    const endpointKey = `${ip}:${String(port)}:${String(transport)}`
    const endpoint = boundedEntry(this.#endpoints, endpointKey, maxEntries, () => ({ bucket: this.#bucket(options.endpoint), ids: new Set<string>() }))
    const isLocal = isLoopback(address)
    const host = boundedEntry(this.#hosts, ip, maxEntries, () => this.#newHost(isLocal ? options.loopback : options))

    if (isLocal) {
      return { endpoint, host, buckets: [endpoint.bucket, host.bucket], port }
    }

    const subnet = boundedEntry(this.#subnets, ip.slice(0, address.length === 4 ? 3 : 8), maxEntries, () => this.#bucket(options.subnet))

    return { endpoint, host, buckets: [endpoint.bucket, host.bucket, subnet], port }
  }

  #newHost ({ ip, ports }: Pick<DialBudgetOptions, 'ip' | 'ports'>): Host {
    return { bucket: this.#bucket(ip), proven: new Set(), ports: new Set(), portsLeft: ports.budget, portCredit: ports.credit }
  }

  #bucket (options: BucketOptions): TokenBucket {
    return new TokenBucket(this.#clock, options)
  }
}

/** @param prize what the dial earns if the peer is found; `nothing` for a free dial */
function permitOf ({ host, buckets }: Place, key: string, prize: Parameters<TokenBucket['end']>[0]): DialPermit {
  const end: TokenBucket['end'] = (earned) => {
    for (const bucket of prize === 'nothing' ? [] : buckets) {
      bucket.end(earned)
    }
  }

  return {
    found () {
      prove(host, key)
      host.portsLeft += prize === 'credit' ? host.portCredit : 0
      end(prize)
    },
    failed (err) {
      const proven = provenIdOf(err)

      if (proven !== undefined) {
        prove(host, latin1(proven))
      }
      end('nothing')
    },
    unused () {
      end('its own')
    }
  }
}

function prove ({ proven }: Host, key: string): void {
  if (proven.size < MAX_PROVEN) {
    proven.add(key)
  }
}

function overBudget (): Error {
  return peerFault('limit-exceeded', 'the dial budget of this address is used up: too many dials of this crawl found no peer there')
}

function latin1 (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
