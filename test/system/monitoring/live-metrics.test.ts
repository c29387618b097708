// Every metric that the reference names, on the pages of processes that run: crawlers and a consumer of a PeerProbe, and the
// operator that made them.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { valueAt } from '../../../operator/api/rules.ts'
import { METRICS_OF } from '../../../scripts/generate/metrics-page.ts'
import { STATE_METRICS } from '../../../scripts/generate/state-metrics.ts'
import { enterNodeNetwork } from '../../support/cluster/runner/node-network.ts'
import { MonitoredNetwork } from '../../support/monitoring/monitored-network.ts'
import { MonitoringRig, PROBE_NAMESPACE, PROBE_SCANS } from '../../support/monitoring/monitoring-rig.ts'
import { missingMonitoring, OPERATOR_NAMESPACE, PROBE_NAME } from '../../support/monitoring/probed-cluster.ts'
import { promtool } from '../../support/servers/promtool.ts'
import type { MetricDefinition } from '../../../core/metrics/metric-definition.ts'

if (missingMonitoring === undefined) {
  enterNodeNetwork(import.meta.filename)
}

// It takes 512 contacted peers; test/crawler/dht/keyspace-outlier.test.ts has it with more.
const LARGER_NETWORK = ['peerprobe_crawler_population_keyspace_outlier_ratio']

suite('the metrics of processes that run', { skip: missingMonitoring ?? false }, () => {
  let rig: MonitoringRig<MonitoredNetwork>

  before(async () => {
    rig = await MonitoringRig.open(async host => await MonitoredNetwork.open(host))
    await rig.untilAllHaveWorked()
    await rig.publishPoison()
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const pages = async (): Promise<Record<string, string>> => ({
    crawler: await rig.page(PROBE_NAMESPACE, `${PROBE_NAME}-crawler-${PROBE_SCANS[0]}`),
    consumer: await rig.page(PROBE_NAMESPACE, `${PROBE_NAME}-consumer`),
    operator: await rig.page(OPERATOR_NAMESPACE, 'probe')
  })

  test('are named as the rules ask for, by promtool', async () => {
    for (const [process, page] of Object.entries(await pages())) {
      assert.deepEqual(promtool(['check', 'metrics'], { input: page }), { code: 0, output: '' }, process)
    }
  })

  test('are all that the reference names, with these labels, and no others with our prefix', async () => {
    for (const [process, page] of Object.entries(await pages())) {
      const definitions: readonly MetricDefinition[] = METRICS_OF[process as keyof typeof METRICS_OF]
      const own = [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => `${name} ${type}`).filter(text => !/^(process|nodejs)_/.test(text))
      assert.deepEqual(own.toSorted(), definitions.map(({ name, type }) => `${name} ${type}`).toSorted(), process)
    }
  })

  test('have a series each that Prometheus has scraped: none needs a fault to appear, one needs a larger network', async () => {
    const absent: string[] = []

    for (const [process, definitions] of Object.entries(METRICS_OF)) {
      for (const { name, type, labels } of definitions as readonly MetricDefinition[]) {
        const samples = await rig.prometheus.seen(`${type === 'histogram' ? `${name}_count` : name}{component="${process}"}`)
        absent.push(...samples.length === 0 ? [name] : [])
        assert.deepEqual(samples.flatMap(sample => Object.keys(labels).filter(label => sample.labels[label] === undefined && label !== 'vantage')), [], name)
      }
    }

    assert.deepEqual(absent.toSorted(), LARGER_NETWORK)
  })

  test('name the PeerProbe of each series, also in those of the operator', async () => {
    const probe = { namespace: PROBE_NAMESPACE, peerprobe_dev_probe: PROBE_NAME }
    const [crawled = assert.fail()] = await rig.prometheus.query(`peerprobe_crawler_population_peers{state="contacted",peerprobe_dev_scan="${PROBE_SCANS[0]}"}`)
    assert.deepEqual({ ...crawled.labels, ...probe, app_kubernetes_io_component: 'crawler' }, crawled.labels)
    assert.ok(crawled.value >= 3)
    const [ready = assert.fail()] = await rig.prometheus.query('peerprobe_operator_condition{type="Ready",status="True"}')
    assert.equal(ready.value, 1)
    assert.equal(ready.labels['namespace'], PROBE_NAMESPACE)
    assert.equal(ready.labels['name'], PROBE_NAME)
    assert.match(ready.labels['pod'] ?? '', /^probe-/)
    assert.deepEqual((await rig.prometheus.query('leader_election_master_status')).map(({ labels }) => labels['namespace']), [OPERATOR_NAMESPACE])
  })

  test('that kube-state-metrics is configured for are all in a PeerProbe that runs', async () => {
    const object = await rig.cluster.plane.get<object>('pp', PROBE_NAME, '-n', PROBE_NAMESPACE)

    for (const { name, each } of STATE_METRICS) {
      const { path, valueFrom = [], labelsFromPath = {} } = each.type === 'Gauge' ? each.gauge : each.stateSet
      const found = valueAt(object, path)
      const items = Array.isArray(found) ? found as unknown[] : [found]
      assert.ok(items.length > 0, name)

      for (const item of items) {
        const value = valueAt(item, valueFrom)
        assert.ok(each.type === 'StateSet' ? each.stateSet.list.includes(String(value)) : isNumber(value), `${name}: ${JSON.stringify(value)}`)
        assert.deepEqual(Object.entries(labelsFromPath).filter(([, labelPath]) => typeof valueAt(item, labelPath) !== 'string'), [], name)
      }
    }
  })

  test('of a PeerProbe are gone with it', async () => {
    await rig.cluster.plane.kubectl(['delete', 'pp', PROBE_NAME, '-n', PROBE_NAMESPACE, '--wait=true', '--timeout=120s'])
    await rig.prometheus.waitFor(`{__name__=~"peerprobe_operator_.*",name="${PROBE_NAME}"}`, samples => samples.length === 0)
    assert.ok((await rig.prometheus.query('leader_election_master_status == 1')).length === 1)
  })
})

/** Whether kube-state-metrics makes a number of it: of booleans and times as well. */
function isNumber (value: unknown): boolean {
  return ['number', 'boolean'].includes(typeof value) || (typeof value === 'string' && !Number.isNaN(Date.parse(value)))
}
