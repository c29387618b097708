// The dashboards of the chart against a real Prometheus that scrapes the whole of PeerProbe: each panel has data while all is well,
// and those that show a fault show it once there is one.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { answerPanels, fillVariables } from '../../../scripts/pictures/panel-answers.ts'
import { enterNodeNetwork } from '../../support/cluster/runner/node-network.ts'
import { chartDashboards, panelsOf } from '../../support/dashboards/chart-panels.ts'
import { readExpression } from '../../support/dashboards/expression.ts'
import { ChangingNetwork } from '../../support/monitoring/changing-network.ts'
import { MonitoringRig, PROBE_NAMESPACE } from '../../support/monitoring/monitoring-rig.ts'
import { missingMonitoring } from '../../support/monitoring/probed-cluster.ts'
import { until } from '../../support/until.ts'
import type { AnsweredPanel } from '../../../scripts/pictures/panel-answers.ts'

const RATE_INTERVAL = '15s'
const SPAN_S = 120
const LIMIT_MS = 180_000

const shipped = [...chartDashboards()]

if (missingMonitoring === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('dashboards on a Prometheus that scrapes PeerProbe', { skip: missingMonitoring ?? false }, () => {
  const stack = new AsyncDisposableStack()
  let rig: MonitoringRig<ChangingNetwork>

  before(async () => {
    rig = stack.use(await MonitoringRig.open(async host => await ChangingNetwork.open(host)))
    await rig.untilAllHaveWorked()
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const answers = async (): Promise<{ name: string, answered: AnsweredPanel }[]> => {
    const { prometheus } = rig
    const asking = {
      now: async (expr: string) => (await prometheus.query(expr)).map(({ labels, value }) => ({ labels, points: [[0, value] as const] })),
      over: async (expr: string) => await prometheus.queryRange(expr, { seconds: SPAN_S }),
      rateInterval: RATE_INTERVAL
    }
    const all: { name: string, answered: AnsweredPanel }[] = []

    for (const [dashboard, content] of shipped) {
      all.push(...(await answerPanels(content, asking)).map(answered => ({ name: `${dashboard}: ${String(answered.panel.title)}`, answered })))
    }

    return all
  }

  // The last values of a panel, by the name of each series.
  const lastOf = async (dashboard: string, title: string): Promise<Record<string, number>> => {
    const { answered } = (await answers()).find(({ name }) => name === `${dashboard}: ${title}`)!

    return Object.fromEntries(answered.series.map(({ name, points }) => [name, points.at(-1)![1]]))
  }

  const untilShown = async (what: readonly [dashboard: string, title: string], isShown: (values: number[]) => boolean): Promise<void> => {
    await until(`${what.join(': ')} shows it`, async () => isShown(Object.values(await lastOf(...what))), LIMIT_MS)
  }

  // Also those that show faults: series exist from the start, and are zero.
  test('every panel has data', async () => {
    let empty: string[] = []

    await until('all panels have data', async () => {
      empty = (await answers()).filter(({ answered }) => answered.series.length === 0).map(({ name }) => name)

      return empty.length === 0
    }, LIMIT_MS).catch((err: unknown) => {
      throw new TypeError(`without data: ${empty.join('; ')}`, { cause: err })
    })
  })

  test('every metric and label that they name is on a page', async () => {
    const asked = shipped.flatMap(([dashboard, content]) => panelsOf(content).flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({ name: `${dashboard}: ${title}`, ...readExpression(fillVariables(expr, RATE_INTERVAL)) }))))

    for (const { name, selectors, groupings } of asked) {
      const known = new Set(['le'])

      for (const { metric, matchers } of selectors) {
        const series = await rig.prometheus.seen(metric)
        assert.ok(series.length > 0, `${name}: no page has ${metric}`)
        const own = new Set(series.flatMap(({ labels }) => Object.keys(labels)))
        own.forEach(label => known.add(label))
        assert.deepEqual(matchers.map(({ label }) => label).filter(label => !own.has(label)), [], `${name}: ${metric}`)
      }
      assert.deepEqual(groupings.filter(label => !known.has(label)), [], name)
    }
  })

  test('every choice of a variable offers something', async () => {
    for (const [dashboard, { templating }] of shipped) {
      for (const { name, query } of (templating.list ?? []).filter(({ query }) => String(query).startsWith('label_values'))) {
        const [, series = '', label = ''] = (/^label_values\((.+), (\w+)\)$/.exec(String(query))) ?? []
        const values = (await rig.prometheus.query(fillVariables(series, RATE_INTERVAL))).map(({ labels }) => labels[label] ?? '')

        assert.ok(values.some(value => value !== ''), `${dashboard}: ${name}: ${String(query)}`)
      }
    }
  })

  test('a message that is no visit is shown as a dead letter', async () => {
    assert.deepEqual(Object.values(await lastOf('pipeline', 'Dead letters')), [0])
    await rig.publishPoison()

    await untilShown(['pipeline', 'Dead letters'], values => values[0]! > 0)
    await untilShown(['pipeline', 'Dead letters by code'], values => values.some(value => value > 0))
  })

  test('a database that is gone is shown as an outage, with retries and a lag that grows', async () => {
    await rig.sql.kill()

    try {
      await untilShown(['pipeline', 'Storing'], values => values[0] === 1)
      await untilShown(['pipeline', 'Outages'], values => values.includes(1))
      await untilShown(['pipeline', 'Retries by cause'], values => values.some(value => value > 0))
      await untilShown(['pipeline', 'Lag'], values => values[0]! > 20)
    } finally {
      await rig.sql.start()
    }
    await untilShown(['pipeline', 'Storing'], values => values[0] === 0)
  })

  test('a bus that is gone is shown as one that fails', async () => {
    await rig.broker.kill(1)

    try {
      await untilShown(['pipeline', 'Bus'], values => values[0] === 1)
      await untilShown(['pipeline', 'Publishing repeated'], values => values.some(value => value > 0))
    } finally {
      await rig.broker.start(1)
    }
    await untilShown(['pipeline', 'Bus'], values => values[0] === 0)
  })

  test('a PeerProbe that cannot be prepared is shown as not ready', async () => {
    await rig.cluster.probe(PROBE_NAMESPACE, { kafka: { brokers: ['127.0.0.1:1'] } }, 'broken')

    await untilShown(['operator', 'Not ready'], values => values[0]! >= 1)
    await until('the timeline has it', async () => (await lastOf('operator', 'Ready over time'))[`${PROBE_NAMESPACE}/broken`] === 0, LIMIT_MS)
  })
})
