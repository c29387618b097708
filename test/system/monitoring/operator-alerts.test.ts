// The alerts on an operator whose API server refuses its writes, or says nothing more, on the series of a real operator.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { OperatorLab } from '../../support/alerts/operator-lab.ts'
import { untilSilent } from '../../support/alerts/until-silent.ts'
import { missingCluster } from '../../support/cluster/cluster-rig.ts'
import { missingPrometheus } from '../../support/servers/promtool.ts'
import { until } from '../../support/until.ts'

const missing = missingCluster ?? missingPrometheus
// Silence is reported after three minutes.
const LIMIT_MS = 360_000

suite('an operator and its API server', { skip: missing ?? false }, () => {
  let lab: OperatorLab

  before(async () => {
    lab = await OperatorLab.open()
  })
  after(async () => {
    await lab[Symbol.asyncDispose]()
  })

  const fires = async (name: string): Promise<void> => {
    await until(`${name} fires`, async () => (await lab.firing()).includes(name), LIMIT_MS).catch((err: unknown) => {
      throw new TypeError(lab.operator.output.slice(-2_000), { cause: err })
    })
  }
  const ever = async (): Promise<string[]> => (await lab.prometheus.query('count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))')).map(({ labels }) => labels['alertname']!).toSorted()

  test('make no alert fire where all is well', async () => {
    await lab.prometheus.waitFor('count_over_time(peerprobe_operator_watch_age_seconds{kind="PeerProbe"}[5m]) > 10')
    await untilSilent(lab.prometheus, 15, LIMIT_MS)
  })

  test('make one fire where writes are refused, and one where watches are silent; both are silent once that is over', async () => {
    lab.proxy.refusesWrites = true
    await lab.createProbes(8)
    await lab.prometheus.waitFor('sum(controller_runtime_reconcile_errors_total) > 8')
    lab.proxy.isSilent = true
    await fires('PeerProbeReconcileErrors')
    assert.ok(!(await ever()).includes('PeerProbeOperatorWatchStale'))
    lab.proxy.refusesWrites = false
    await fires('PeerProbeOperatorWatchStale')
    lab.proxy.isSilent = false
    await until('silent again', async () => (await lab.firing()).length === 0, LIMIT_MS)
  })
})
