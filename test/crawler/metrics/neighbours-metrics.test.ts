import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Registry } from '../../../core/process/metrics.ts'
import { addNeighboursMetrics, NEIGHBOURS_METRICS } from '../../../crawler/metrics/neighbours-metrics.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'

suite('addNeighboursMetrics', () => {
  test('shows what became of routing tables', async () => {
    const registry = new Registry()
    addNeighboursMetrics(registry, { counters: { bytes: 5, leftOut: 2, givenUp: 1 } })

    assert.deepEqual(await Promise.all(['bytes', 'left_out', 'given_up'].map(async name => await valueOf(registry, `peerprobe_crawler_neighbours_${name}_total`))), [5, 2, 1])
    assert.deepEqual([...(await seriesOf(registry)).keys()].sort(), Object.values(NEIGHBOURS_METRICS).map(({ name }) => name).sort())
  })

  test('is 0 where no tables are asked for', async () => {
    const registry = new Registry()
    addNeighboursMetrics(registry, undefined)

    assert.equal(await valueOf(registry, 'peerprobe_crawler_neighbours_bytes_total'), 0)
  })
})
