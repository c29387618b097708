import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mostSeries } from '../../../core/metrics/metric-definition.ts'
import { Registry } from '../../../core/process/metrics.ts'
import { PROBE_METRICS } from '../../../operator/metrics/operator-metric-definitions.ts'
import { addProbeGauges } from '../../../operator/metrics/probe-metrics.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'
import type { MetricDefinition } from '../../../core/metrics/metric-definition.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const TYPES = ['Ready', 'KafkaReady', 'DatabaseReady', 'ConsumersReady', 'CrawlersReady', 'Suspended', 'Paused']

function probe (name: string, { status = {}, spec = {} }: { status?: unknown, spec?: unknown } = {}): KubeObject {
  return { apiVersion: 'peerprobe.dev/v1alpha1', kind: 'PeerProbe', metadata: { namespace: 'team', name }, spec, status }
}

const full = (scans: number): { spec: object, status: object } => ({
  spec: {
    suspend: false,
    backup: { enabled: true },
    scans: Array.from({ length: scans }, (_, i) => ({ name: `scan-${String(i)}` })),
    consumer: { replicas: 2 }
  },
  status: {
    conditions: TYPES.map(type => ({ type, status: type === 'Ready' ? 'False' : 'True' })),
    scans: Array.from({ length: scans }, (_, i) => ({ name: `scan-${String(i)}`, ready: i === 0, lastCrawl: { finishedAt: '2026-11-30T00:00:10.000Z', durationSeconds: 90, contacted: 80, dhtServers: 70 } })),
    lag: 1_000,
    consumer: { ready: 1 },
    backup: { lastSuccessTime: '2026-11-30T02:00:05Z' }
  }
})

const cronJobs: readonly KubeObject[] = [
  { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { namespace: 'team', name: 'amino-retention' }, status: { lastSuccessfulTime: '2026-11-30T00:00:00Z', lastScheduleTime: '2026-11-29T23:59:00Z' } },
  { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { namespace: 'team', name: 'amino-sessions' }, status: { lastSuccessfulTime: '2026-11-30T01:15:09Z', lastScheduleTime: '2026-11-30T01:15:00Z' } },
  { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { namespace: 'team', name: 'amino-backup' }, status: { lastScheduleTime: '2026-11-30T02:00:00Z' } }
]

function registryOf (probes: () => readonly KubeObject[]): Registry {
  const registry = new Registry()
  addProbeGauges(registry, { probes, cronJob: ({ name }) => cronJobs.find(({ metadata }) => metadata.name === name) })

  return registry
}

suite('metrics of PeerProbes', () => {
  test('equal their status', async () => {
    const registry = registryOf(() => [probe('amino', full(2))])
    const own = 'namespace="team",name="amino"'

    for (const [series, value] of Object.entries({
      [`condition{${own},type="Ready",status="False"}`]: 1,
      [`condition{${own},type="Ready",status="True"}`]: 0,
      [`condition{${own},type="Ready",status="Unknown"}`]: 0,
      [`condition{${own},type="KafkaReady",status="True"}`]: 1,
      [`scans_wanted{${own}}`]: 2,
      [`scans_ready{${own}}`]: 1,
      [`consumers_wanted{${own}}`]: 2,
      [`consumers_ready{${own}}`]: 1,
      [`lag_messages{${own}}`]: 1_000,
      [`last_crawl_timestamp_seconds{${own},scan="scan-1"}`]: Date.parse('2026-11-30T00:00:10Z') / 1_000,
      [`last_crawl_duration_seconds{${own},scan="scan-1"}`]: 90,
      [`peers{${own},scan="scan-0",state="contacted"}`]: 80,
      [`peers{${own},scan="scan-0",state="dht_server"}`]: 70,
      [`retention_timestamp_seconds{${own}}`]: Date.parse('2026-11-30') / 1_000,
      [`retention_scheduled_timestamp_seconds{${own}}`]: Date.parse('2026-11-29T23:59:00Z') / 1_000,
      [`sessions_last_success_timestamp_seconds{${own}}`]: Date.parse('2026-11-30T01:15:09Z') / 1_000,
      [`sessions_scheduled_timestamp_seconds{${own}}`]: Date.parse('2026-11-30T01:15:00Z') / 1_000,
      [`backup_last_success_timestamp_seconds{${own}}`]: Date.parse('2026-11-30T02:00:05Z') / 1_000,
      [`backup_scheduled_timestamp_seconds{${own}}`]: Date.parse('2026-11-30T02:00:00Z') / 1_000
    })) {
      assert.equal(await valueOf(registry, `peerprobe_operator_${series}`), value, series)
    }
  })

  test('disappear with the PeerProbe', async () => {
    let probes = [probe('amino', full(1)), probe('other', full(1))]
    const registry = registryOf(() => probes)
    assert.match(await registry.metrics(), /name="amino"/)
    probes = [probe('other', full(1))]
    assert.doesNotMatch(await registry.metrics(), /name="amino"/)
    assert.match(await registry.metrics(), /name="other"/)
  })

  test('expect no running pods of a suspended PeerProbe', async () => {
    const { spec, status } = full(3)
    const registry = registryOf(() => [probe('amino', { spec: { ...spec, suspend: true }, status })])

    assert.equal(await valueOf(registry, 'peerprobe_operator_scans_wanted{namespace="team",name="amino"}'), 0)
    assert.equal(await valueOf(registry, 'peerprobe_operator_consumers_wanted{namespace="team",name="amino"}'), 0)
  })

  test('say nothing of backups where none are asked for, and of no schedule of a suspended PeerProbe', async () => {
    const { spec, status } = full(1)
    const off = registryOf(() => [probe('amino', { spec: { ...spec, backup: { enabled: false } }, status })])
    const suspended = registryOf(() => [probe('amino', { spec: { ...spec, suspend: true }, status })])

    assert.doesNotMatch(await off.metrics(), /^peerprobe_operator_backup_/m)
    assert.match(await suspended.metrics(), /^peerprobe_operator_backup_last_success/m)
    assert.match(await suspended.metrics(), /^peerprobe_operator_sessions_last_success/m)
    assert.doesNotMatch(await suspended.metrics(), /^peerprobe_operator_\w+_scheduled/m)
  })

  test('have the number of series in their definitions, with 32 scans each', async () => {
    const series = await seriesOf(registryOf(() => [probe('amino', full(32))]))
    const definitions: MetricDefinition[] = Object.values(PROBE_METRICS)

    assert.deepEqual([...series].toSorted(), definitions.map(definition => [definition.name, mostSeries(definition)]).toSorted())
  })

  test('leave out values that the operator does not write', async () => {
    const nonsense: unknown[] = [
      undefined,
      null,
      'text',
      7,
      [],
      { conditions: 'x' },
      { conditions: [null] },
      { scans: {} },
      { scans: [{ name: 7 }] },
      { lag: 'many' },
      { lag: -1 },
      { consumer: null },
      { backup: { lastSuccessTime: 'never', lastFailure: 7 }, enabled: 'yes' },
      { conditions: [{ type: 'Ready', status: 'Maybe' }] },
      { conditions: Array.from({ length: 5_000 }, (_, i) => ({ type: `Invented${String(i)}`, status: 'True' })) },
      { scans: Array.from({ length: 33 }, (_, i) => ({ name: `s${String(i)}`, ready: true })) },
      { scans: [{ name: 'a'.repeat(64) }] },
      { scans: [{ name: 'a', lastCrawl: { finishedAt: 'never', durationSeconds: 1, contacted: 1, dhtServers: 1 } }] },
      { scans: [{ name: 'a', lastCrawl: { finishedAt: 7 } }] }
    ]

    for (const status of nonsense) {
      for (const spec of nonsense) {
        const series = await seriesOf(registryOf(() => [probe('bad', { status, spec }), probe('amino', full(1))]))
        assert.equal(series.get('peerprobe_operator_condition'), 3 * TYPES.length, JSON.stringify(status))
        assert.equal(series.get('peerprobe_operator_last_crawl_timestamp_seconds'), 1, JSON.stringify(status))
        assert.equal(series.get('peerprobe_operator_scans_ready'), 2)
      }
    }
  })
})
