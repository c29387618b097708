import { oneOf } from '../../core/metrics/metric-definition.ts'
import { cloudNames } from '../places/clouds.ts'
import { PLACE_KINDS } from '../places/place-file.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'

/** Values with a series of their own; the rest is `other`. */
export const TOP_PLACES = { countries: 40, systems: 20 } as const

// The values are those of the last crawl only: a country that had one peer years ago has no series.
const WITH_COUNTRIES = 'absent without a place file with countries, and until a crawl has ended that was not aborted'
const WITH_SYSTEMS = 'absent without a place file with autonomous systems, and until a crawl has ended that was not aborted'
const WITH_FOLDER = 'needs a folder of place files'

/** What a crawler exposes of where peers are. */
export const PLACE_METRICS = {
  countryPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_country_peers',
    unit: 'peers',
    meaning: `Peers that the last crawl contacted, by country: the ${String(TOP_PLACES.countries)} with most peers, \`other\` and \`unknown\`.`,
    answers: 'network',
    labels: { country: { values: 'ISO 3166-1 alpha-2 codes, other, unknown', atMost: TOP_PLACES.countries + 2 } },
    onlyWhen: WITH_COUNTRIES
  },
  systemPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_as_peers',
    unit: 'peers',
    meaning: `Peers that the last crawl contacted, by autonomous system: the ${String(TOP_PLACES.systems)} with most peers, \`other\` and \`unknown\`.`,
    answers: 'network',
    labels: { as: { values: 'numbers such as AS13335, other, unknown', atMost: TOP_PLACES.systems + 2 } },
    onlyWhen: WITH_SYSTEMS
  },
  cloudPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_cloud_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl contacted, by cloud or hosting provider.',
    answers: 'network',
    labels: { cloud: oneOf(cloudNames()) },
    onlyWhen: WITH_SYSTEMS
  },
  builtAt: {
    type: 'gauge',
    name: 'peerprobe_crawler_places_build_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'When the place file in use was built, by what it has: countries or autonomous systems. Of several files the largest counts.',
    answers: 'late',
    labels: { kind: oneOf(PLACE_KINDS) },
    onlyWhen: WITH_FOLDER
  },
  refusedFiles: {
    type: 'gauge',
    name: 'peerprobe_crawler_places_refused_files',
    unit: 'files',
    meaning: 'Place files that cannot be used (`PP_PLACES_INVALID`), or the folder if it has none; the last usable file of the same name stays in use.',
    answers: 'lost',
    labels: {},
    onlyWhen: WITH_FOLDER
  },
  damagedLookups: {
    type: 'counter',
    name: 'peerprobe_crawler_places_damaged_lookups_total',
    unit: 'look-ups',
    meaning: 'Look-ups that found a damaged record in a place file.',
    answers: 'lost',
    labels: {}
  }
} as const satisfies Record<string, MetricDefinition>
