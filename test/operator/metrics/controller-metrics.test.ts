import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mostSeries } from '../../../core/metrics/metric-definition.ts'
import { Registry } from '../../../core/process/metrics.ts'
import { ControllerMetrics } from '../../../operator/metrics/controller-metrics.ts'
import { CONTROLLER_METRICS } from '../../../operator/metrics/operator-metric-definitions.ts'
import { KINDS, monitoringKinds, strimziKinds } from '../../../operator/model/naming/kinds.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'
import type { MetricDefinition } from '../../../core/metrics/metric-definition.ts'
import type { ControllerState } from '../../../operator/metrics/controller-metrics.ts'

const ALL_KINDS = [...Object.values(KINDS), ...Object.values(monitoringKinds('v1')), ...Object.values(strimziKinds('v1'))].map(({ kind }) => kind)
const state: ControllerState = {
  controller: 'peerprobe',
  workers: 8,
  depth: () => 1,
  active: () => 2,
  longestMs: () => 1_500,
  isLeader: () => true,
  watches: () => ALL_KINDS.map(kind => ({ kind, objects: 3, silentMs: 4_000 })),
  polled: () => 5
}

suite('metrics of the operator', () => {
  test('have all counters from the start, so that rates exist', async () => {
    const registry = new Registry()
    new ControllerMetrics(registry, state)

    for (const series of [
      'controller_runtime_reconcile_total{controller="peerprobe",result="error"}',
      'controller_runtime_reconcile_errors_total{controller="peerprobe"}',
      'controller_runtime_reconcile_time_seconds_count{controller="peerprobe"}',
      'workqueue_queue_duration_seconds_count{name="peerprobe"}',
      'workqueue_retries_total{name="peerprobe"}'
    ]) {
      assert.equal(await valueOf(registry, series), 0, series)
    }
  })

  test('read the present state of queue, watches and lease; a waiting operator watches nothing', async () => {
    const registry = new Registry()
    let isLeader = true
    new ControllerMetrics(registry, { ...state, isLeader: () => isLeader })
    const age = async (): Promise<number | undefined> => await valueOf(registry, 'peerprobe_operator_watch_age_seconds{kind="PeerProbe"}')
    assert.equal(await valueOf(registry, 'workqueue_longest_running_processor_seconds{name="peerprobe"}'), 1.5)
    assert.equal(await valueOf(registry, 'controller_runtime_max_concurrent_reconciles{controller="peerprobe"}'), 8)
    assert.equal(await valueOf(registry, 'peerprobe_operator_polled_secrets'), 5)
    assert.equal(await valueOf(registry, 'peerprobe_operator_watched_objects{kind="Pod"}'), 3)
    assert.equal(await age(), 4)
    isLeader = false
    assert.equal(await age(), undefined)
    assert.equal(await valueOf(registry, 'leader_election_master_status{name="peerprobe"}'), 0)
  })

  test('have no more series than their definitions say, whatever the API server answers', async () => {
    const registry = new Registry()
    const metrics = new ControllerMetrics(registry, state)

    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const code of [...Array.from({ length: 600 }, (_, i) => String(i)), 'error', '"} evil 1']) {
        metrics.requested({ method, code, durationMs: 3 }, 'server')
      }
    }
    for (const kind of ALL_KINDS) {
      metrics.wrote(kind, 'applied')
      metrics.wrote(kind, 'replaced')
    }

    const series = await seriesOf(registry)
    const definitions: MetricDefinition[] = Object.values(CONTROLLER_METRICS)
    assert.deepEqual([...series.keys()].toSorted(), definitions.map(({ name }) => name).toSorted())
    assert.deepEqual(definitions.filter(definition => series.get(definition.name)! > mostSeries(definition)), [])
    assert.equal(series.get('rest_client_requests_total'), mostSeries(CONTROLLER_METRICS.requests))
    assert.equal(await valueOf(registry, 'rest_client_requests_total{method="GET",code="error",host="server"}'), 1)
    assert.ok(await valueOf(registry, 'rest_client_request_duration_seconds_count{verb="GET",host="server"}') === 602)
  })
})
