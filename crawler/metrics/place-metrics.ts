// Where the peers of the last crawl are, and the files that say so.
import { UNKNOWN_PLACE } from '../../core/contracts/place.ts'
import { openGauge, readCounter, readGauge, readGauges } from '../../core/metrics/open-metric.ts'
import { PLACE_METRICS, TOP_PLACES } from './place-metric-definitions.ts'
import type { Distribution } from '../../core/contracts/crawl.ts'
import type { Gauge, Registry } from '../../core/process/metrics.ts'
import type { Distributions } from '../engine/population/population-profile.ts'
import type { PlacesFolder } from '../places/places-folder.ts'

/** The gauges of where the peers of the last crawl are. */
export class PlaceGauges {
  readonly #countries: Gauge<'country'>
  readonly #systems: Gauge<'as'>
  readonly #clouds: Gauge<'cloud'>

  constructor (registry: Registry) {
    this.#countries = openGauge(registry, PLACE_METRICS.countryPeers)
    this.#systems = openGauge(registry, PLACE_METRICS.systemPeers)
    this.#clouds = openGauge(registry, PLACE_METRICS.cloudPeers)
  }

  /** Replaces all values by those of a crawl; what it did not count has no series. */
  replace ({ countries, systems, clouds }: Pick<Distributions, 'countries' | 'systems' | 'clouds'>): void {
    replaceAll(this.#countries, 'country', topOf(countries, TOP_PLACES.countries))
    replaceAll(this.#systems, 'as', topOf(systems, TOP_PLACES.systems))
    replaceAll(this.#clouds, 'cloud', topOf(clouds, Infinity))
  }
}

/** Adds the metrics of the place files. @param places undefined if there is no folder of them */
export function addPlaceMetrics (registry: Registry, places: Pick<PlacesFolder, 'status' | 'builtAtMs'> | undefined): void {
  readGauges(registry, PLACE_METRICS.builtAt, () => [...places?.builtAtMs() ?? []].map(([kind, ms]) => [{ kind }, ms / 1_000]))
  readGauge(registry, PLACE_METRICS.refusedFiles, () => places?.status().refused.length)
  readCounter(registry, PLACE_METRICS.damagedLookups, () => places?.status().damagedLookups ?? 0)
}

function topOf (distribution: Distribution | undefined, n: number): Map<string, number> {
  const { top = [], other = 0 } = distribution ?? {}
  const known = top.filter(({ value }) => value !== UNKNOWN_PLACE)
  const rest = known.slice(n).reduce((sum, { count }) => sum + count, other)
  const shown = [...known.slice(0, n), ...top.filter(({ value }) => value === UNKNOWN_PLACE)]

  return new Map([...shown.map(({ value, count }) => [value, count] as const), ...rest > 0 ? [['other', rest] as const] : []])
}

function replaceAll<L extends string> (gauge: Gauge<L>, label: L, counts: ReadonlyMap<string, number>): void {
  gauge.reset()

  for (const [value, count] of counts) {
    gauge.set({ [label]: value } as Record<L, string>, count)
  }
}
