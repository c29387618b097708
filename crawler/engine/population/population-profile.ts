import { UNKNOWN_PLACE } from '../../../core/contracts/place.ts'
import { MESSAGE_LIMITS } from '../../../core/contracts/visit.ts'
import { defined } from '../../../core/defined.ts'
import { readAddress } from '../../address/address-reader.ts'
import { quantiles } from './quantiles.ts'
import { ValueCounter } from './value-counter.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Place } from '../../../core/contracts/place.ts'
import type { VisitResult } from '../../visit/visitor.ts'
import type { Quantiles } from './quantiles.ts'

// Multiaddr protocol codes (multiformats/multicodec table) of an address's first component.
const FAMILIES: Readonly<Record<number, string>> = { 4: 'ip4', 41: 'ip6', 53: 'dns', 54: 'dns4', 55: 'dns6', 56: 'dnsaddr' }

/** Distributions of properties of the contacted peers. */
export type Distributions = NonNullable<Crawl['distributions']>

/**
 * Counts properties of the contacted peers: software, protocols, transports of our connections and of the announced
 * addresses, address families, places, latency.
 *
 * A peer is contacted at most once in a crawl, so every visit with contact is counted. Address families are those of
 * the peer's announced dialable addresses and of the address that answered. The families of connections alone would
 * only show what this crawler supports.
 */
export class PopulationProfile {
  readonly #isDialable: (address: Uint8Array) => boolean
  readonly #agentVersions = new ValueCounter()
  readonly #protocols = new ValueCounter()
  readonly #transports = new ValueCounter()
  readonly #listenTransports = new ValueCounter()
  readonly #addressFamilies = new ValueCounter()
  readonly #places = new PlaceCounts()
  readonly #latenciesMs: number[] = []
  readonly #latencyErrorsMs: number[] = []

  constructor ({ isDialable }: { isDialable: (address: Uint8Array) => boolean }) {
    this.#isDialable = isDialable
  }

  /** Counts a contacted peer. */
  add ({ connection, identity, place, latencyMs, latencyErrorMs }: VisitResult): void {
    const announced = identity?.listenAddresses.slice(0, MESSAGE_LIMITS.addresses).filter(this.#isDialable) ?? []
    const addresses = connection === undefined ? announced : [connection.address, ...announced]
    addEach(this.#addressFamilies, addresses.map(familyOf))
    addEach(this.#protocols, identity?.protocols.slice(0, MESSAGE_LIMITS.protocols) ?? [])
    addEach(this.#listenTransports, transportsOf(identity?.listenAddresses.slice(0, MESSAGE_LIMITS.addresses)))

    if (identity?.agentVersion !== undefined) {
      this.#agentVersions.add(identity.agentVersion)
    }
    if (connection !== undefined) {
      this.#transports.add(connection.transport)
    }

    this.#places.add(place)
    addMeasured(this.#latenciesMs, latencyMs)
    addMeasured(this.#latencyErrorsMs, latencyErrorMs)
  }

  distributions (): Distributions {
    return {
      agentVersions: this.#agentVersions.distribution(),
      protocols: this.#protocols.distribution(),
      transports: this.#transports.distribution(),
      listenTransports: this.#listenTransports.distribution(),
      addressFamilies: this.#addressFamilies.distribution(),
      ...this.#places.distributions()
    }
  }

  /** Quantiles of the latency; undefined if none was measured. */
  latencyMs (): Quantiles | undefined {
    return quantiles(this.#latenciesMs)
  }

  /** Quantiles of the measurement error of the latencies; undefined if none was measured. */
  latencyErrorMs (): Quantiles | undefined {
    return quantiles(this.#latencyErrorsMs)
  }
}

/** Counts peers by country, autonomous system and cloud. A peer without a place counts as unknown, so that each adds up to all peers. */
class PlaceCounts {
  readonly #countries = new ValueCounter()
  readonly #systems = new ValueCounter()
  readonly #clouds = new ValueCounter()
  readonly #sources = new ValueCounter()
  readonly #kinds = { countries: false, systems: false, sources: false }

  add ({ country, asn, cloud, source = '' }: Partial<Place> = {}): void {
    this.#kinds.countries ||= country !== undefined
    this.#kinds.systems ||= cloud !== undefined
    this.#countries.add(country ?? UNKNOWN_PLACE)
    this.#systems.add(asn === undefined ? UNKNOWN_PLACE : `AS${String(asn)}`)
    this.#clouds.add(cloud ?? UNKNOWN_PLACE)

    if (source !== '') {
      this.#kinds.sources = true
      this.#sources.add(source)
    }
  }

  /** Left out where no peer could be looked up. */
  distributions (): Pick<Distributions, 'countries' | 'systems' | 'clouds' | 'placeSources'> {
    const { countries, systems, sources } = this.#kinds

    return {
      ...defined({ countries: countries ? this.#countries.distribution() : undefined, placeSources: sources ? this.#sources.distribution() : undefined }),
      ...systems && { systems: this.#systems.distribution(), clouds: this.#clouds.distribution() }
    }
  }
}

function addMeasured (all: number[], ms: number | undefined): void {
  if (ms !== undefined) {
    all.push(ms)
  }
}

function transportsOf (addresses: readonly Uint8Array[] = []): string[] {
  return addresses.flatMap(bytes => readAddress(bytes)?.transport ?? [])
}

function familyOf (address: Uint8Array): string {
  return FAMILIES[address[0] ?? 0] ?? 'other'
}

function addEach (counter: ValueCounter, values: readonly string[]): void {
  for (const value of new Set(values)) {
    counter.add(value)
  }
}
