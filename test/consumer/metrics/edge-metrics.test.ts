import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EDGE_OUTCOMES } from '../../../consumer/edges/edge-observer.ts'
import { EDGE_METRICS, EdgeMetrics } from '../../../consumer/metrics/edge-metrics.ts'
import { mostSeries } from '../../../core/metrics/metric-definition.ts'
import { Registry } from '../../../core/process/metrics.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'

suite('EdgeMetrics', () => {
  test('count messages, files and their sizes by what became of them', async () => {
    const registry = new Registry()
    const metrics = new EdgeMetrics(registry)
    metrics.watch({ unread: 4, problem: { code: 'PP_BUS_FORBIDDEN' } })
    metrics.read(7)
    metrics.rejected()
    metrics.ended('incomplete')
    metrics.ended('written', { scan: 'a/b/c', crawlId: 1, file: 'f', rows: 10, bytes: 200 })

    const values = await Promise.all(['messages_total', 'messages_rejected_total', 'files_total{outcome="incomplete"}', 'files_total{outcome="written"}', 'rows_total', 'bytes_total', 'unread_messages', 'outage']
      .map(async name => await valueOf(registry, `peerprobe_consumer_edge_${name}`)))
    assert.deepEqual(values, [7, 1, 1, 1, 10, 200, 4, 1])
  })

  test('have all their series from the start', async () => {
    const registry = new Registry()
    new EdgeMetrics(registry)
    const series = await seriesOf(registry)

    assert.equal(series.get(EDGE_METRICS.files.name), EDGE_OUTCOMES.length)
    assert.equal(mostSeries(EDGE_METRICS.files), EDGE_OUTCOMES.length)
  })
})
