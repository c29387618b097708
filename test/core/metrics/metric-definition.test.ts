import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mostSeries, oneOf, QUESTIONS } from '../../../core/metrics/metric-definition.ts'
import { LOCAL_METRICS_OF, METRICS_OF } from '../../../scripts/generate/metrics-page.ts'
import type { HistogramDefinition, MetricDefinition } from '../../../core/metrics/metric-definition.ts'

const histogram: HistogramDefinition = { type: 'histogram', name: 'x_seconds', unit: 'seconds', meaning: 'X.', answers: 'time', labels: { a: oneOf(['1', '2']), b: oneOf(['3', '4', '5']) }, buckets: [1, 2] }
const all: MetricDefinition[] = [...Object.values(METRICS_OF).flat(), ...Object.values(LOCAL_METRICS_OF).flat()]

suite('definitions of metrics', () => {
  test('bound their series by the values of their labels, and by the buckets of a histogram', () => {
    assert.equal(mostSeries(histogram), 2 * 3 * (2 + 3))
    assert.equal(mostSeries({ ...histogram, combinations: 4 }), 4 * 5)
    assert.equal(mostSeries({ ...histogram, type: 'gauge' }), 6)
    assert.equal(mostSeries({ ...histogram, type: 'counter', labels: {} }), 1)
  })

  test('have names, units and sentences as the rules ask for', () => {
    for (const { name, type, unit, meaning, answers, onlyWhen } of all) {
      assert.match(name, /^(peerprobe_(crawler|consumer|operator|backup|build)|controller_runtime|workqueue|rest_client|leader_election)_[a-z]+(_[a-z]+)*$/)
      assert.equal(name.endsWith('_total'), type === 'counter', name)
      assert.equal(/_seconds(_total)?$/.test(name), unit.startsWith('seconds'), name)
      assert.equal(/_bytes(_total)?$/.test(name), unit === 'bytes', name)
      assert.match(meaning, /^[A-Z01].*[.]$/)
      assert.ok(Object.hasOwn(QUESTIONS, answers))
      assert.doesNotMatch(onlyWhen ?? '', /[.]$/)
    }
  })

  test('are one for each name', () => {
    for (const definitions of Object.values(METRICS_OF)) {
      const names = (definitions as readonly MetricDefinition[]).map(({ name }) => name)

      assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), [])
    }
  })
})
