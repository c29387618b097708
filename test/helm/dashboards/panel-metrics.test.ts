import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRegistry } from '../../../core/process/metrics.ts'
import { METRICS_OF } from '../../../scripts/generate/metrics-page.ts'
import { chartDashboards, panelsOf } from '../../support/dashboards/chart-panels.ts'
import { readExpression, withoutVariables } from '../../support/dashboards/expression.ts'
import type { MetricDefinition } from '../../../core/metrics/metric-definition.ts'

// What Prometheus and our PodMonitors add to every series, and `component`, which every process has.
const ALWAYS = ['namespace', 'pod', 'peerprobe_dev_probe', 'peerprobe_dev_scan', 'component']

interface Known { type: string, labels: string[] }

const known = new Map<string, Known>([
  ...(await createRegistry('x').getMetricsAsJSON()).map(({ name, type }): [string, Known] => [name, { type: String(type), labels: [] }]),
  ...Object.values(METRICS_OF).flatMap((definitions: readonly MetricDefinition[]) => definitions).flatMap(seriesOf)
])

const asked = [...chartDashboards()].flatMap(([dashboard, content]) =>
  panelsOf(content).flatMap(({ title, targets }) => targets.map(({ expr }) => ({ name: `${dashboard}: ${title}`, ...readExpression(withoutVariables(expr)) }))))

suite('expressions of panels', () => {
  test('take only metrics that processes define', () => {
    assert.ok(asked.length > 100, String(asked.length))
    assert.deepEqual(asked.flatMap(({ name, selectors }) => selectors.filter(({ metric }) => !known.has(metric)).map(({ metric }) => `${name}: ${metric}`)), [])
  })

  test('name only labels that those metrics have', () => {
    for (const { name, selectors, groupings } of asked) {
      for (const { metric, matchers } of selectors) {
        assert.deepEqual(matchers.map(({ label }) => label).filter(label => !labelsOf(metric).includes(label)), [], `${name}: ${metric}`)
      }

      const grouped = new Set(selectors.flatMap(({ metric }) => labelsOf(metric)))
      assert.deepEqual(groupings.filter(label => !grouped.has(label)), [], name)
    }
  })

  test('take a span of what only grows, and the last value of what does not', () => {
    for (const { name, selectors } of asked) {
      for (const { metric, takesSpan } of selectors) {
        assert.equal(takesSpan, known.get(metric)!.type !== 'gauge', `${name}: ${metric} is a ${known.get(metric)!.type}`)
      }
    }
  })
})

function seriesOf ({ name, type, labels }: MetricDefinition): [string, Known][] {
  const own = Object.keys(labels)

  return type === 'histogram'
    ? [[`${name}_bucket`, { type, labels: [...own, 'le'] }], [`${name}_sum`, { type, labels: own }], [`${name}_count`, { type, labels: own }]]
    : [[name, { type, labels: own }]]
}

function labelsOf (metric: string): string[] {
  return [...ALWAYS, ...known.get(metric)!.labels]
}
