import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mostSeries } from '../../../core/metrics/metric-definition.ts'
import { Registry } from '../../../core/process/metrics.ts'
import { PLACE_METRICS } from '../../../crawler/metrics/place-metric-definitions.ts'
import { addPlaceMetrics, PlaceGauges } from '../../../crawler/metrics/place-metrics.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'
import type { Distribution } from '../../../core/contracts/crawl.ts'
import type { PlacesStatus } from '../../../crawler/places/places-folder.ts'

const counted = (...counts: [string, number][]): Distribution => ({ top: counts.map(([value, count]) => ({ value, count })), other: 0 })

suite('the gauges of where peers are', () => {
  test('are those of the last crawl: a country that is gone has no series', async () => {
    const registry = new Registry()
    const gauges = new PlaceGauges(registry)
    gauges.replace({ countries: counted(['DE', 5], ['FR', 2], ['unknown', 1]), systems: counted(['AS24940', 5], ['unknown', 3]), clouds: counted(['Hetzner', 5], ['unknown', 3]) })
    gauges.replace({ countries: counted(['DE', 4]), systems: counted(['AS16509', 4]), clouds: counted(['AWS', 3], ['none', 1]) })

    assert.deepEqual(await seriesOf(registry), new Map([
      ['peerprobe_crawler_population_country_peers', 1],
      ['peerprobe_crawler_population_as_peers', 1],
      ['peerprobe_crawler_population_cloud_peers', 2]
    ]))
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_country_peers{country="DE"}'), 4)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_as_peers{as="AS16509"}'), 4)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_cloud_peers{cloud="none"}'), 1)
  })

  test('show the largest values, the sum of the others and the unknown, and add up to all peers', async () => {
    const registry = new Registry()
    const gauges = new PlaceGauges(registry)
    const many = (prefix: string): [string, number][] => Array.from({ length: 100 }, (_, i) => [`${prefix}${String(i)}`, 200 - i])
    gauges.replace({ countries: { ...counted(...many('C'), ['unknown', 7]), other: 3 }, systems: counted(...many('AS'), ['unknown', 7]), clouds: counted(['AWS', 1]) })
    const series = await seriesOf(registry)

    for (const definition of [PLACE_METRICS.countryPeers, PLACE_METRICS.systemPeers]) {
      assert.equal(series.get(definition.name), mostSeries(definition))
    }

    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_country_peers{country="other"}'), many('').slice(40).reduce((sum, [, n]) => sum + n, 3))
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_as_peers{as="AS19"}'), 181)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_as_peers{as="AS20"}'), undefined)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_population_as_peers{as="unknown"}'), 7)
  })

  test('have no series for what a crawl could not look up', async () => {
    const registry = new Registry()
    const gauges = new PlaceGauges(registry)
    gauges.replace({ countries: counted(['DE', 5]), systems: counted(['AS24940', 5]), clouds: counted(['Hetzner', 5]) })
    gauges.replace({})

    assert.equal([...(await seriesOf(registry)).values()].reduce((sum, n) => sum + n), 0)
  })
})

suite('the metrics of place files', () => {
  test('say when the files were built and what is refused', async () => {
    const registry = new Registry()
    const status: PlacesStatus = { files: [], refused: [{ name: 'a.mmdb', code: 'PP_PLACES_INVALID', message: '' }], damagedLookups: 4 }
    addPlaceMetrics(registry, { status: () => status, builtAtMs: () => new Map([['as', 1_700_000_000_000]]) })

    assert.equal(await valueOf(registry, 'peerprobe_crawler_places_build_timestamp_seconds{kind="as"}'), 1_700_000_000)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_places_build_timestamp_seconds{kind="country"}'), undefined)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_places_refused_files'), 1)
    assert.equal(await valueOf(registry, 'peerprobe_crawler_places_damaged_lookups_total'), 4)
  })

  test('have no dates and no refusals without a folder', async () => {
    const registry = new Registry()
    addPlaceMetrics(registry, undefined)

    assert.deepEqual([...await seriesOf(registry)], [['peerprobe_crawler_places_build_timestamp_seconds', 0], ['peerprobe_crawler_places_refused_files', 0], ['peerprobe_crawler_places_damaged_lookups_total', 1]])
  })
})
