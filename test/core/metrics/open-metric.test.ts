import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { oneOf } from '../../../core/metrics/metric-definition.ts'
import { openCounter, openGauge, openHistogram, readCounter, readGauge, readGauges } from '../../../core/metrics/open-metric.ts'
import { Registry } from '../../../core/process/metrics.ts'
import { valueOf } from '../../support/metric-series.ts'

const gauge = { type: 'gauge', name: 'x', unit: 'things', meaning: 'X.', answers: 'time', labels: {} } as const
const counter = { ...gauge, type: 'counter', name: 'x_total' } as const
const labelled = { ...gauge, labels: { kind: oneOf(['a', 'b']) } } as const

suite('metrics from their definitions', () => {
  test('without a value have no series', async () => {
    const registry = new Registry()
    const opened = openGauge(registry, gauge)
    assert.equal(await registry.metrics(), '# HELP x X.\n# TYPE x gauge\n')
    opened.set(0)
    assert.equal(await valueOf(registry, 'x'), 0)
  })

  test('are read at each scrape, and gone while there is nothing to read', async () => {
    const registry = new Registry()
    let value: number | undefined = 3
    readGauge(registry, gauge, () => value)
    assert.equal(await valueOf(registry, 'x'), 3)
    value = undefined
    assert.equal(await valueOf(registry, 'x'), undefined)
    value = 0
    assert.equal(await valueOf(registry, 'x'), 0)
  })

  test('with labels have the series that are there now', async () => {
    const registry = new Registry()
    let kinds: ('a' | 'b')[] = ['a', 'b']
    readGauges(registry, labelled, () => kinds.map((kind, i) => [{ kind }, i] as const))
    assert.equal(await valueOf(registry, 'x{kind="b"}'), 1)
    kinds = ['a']
    assert.equal(await valueOf(registry, 'x{kind="b"}'), undefined)
    assert.equal(await valueOf(registry, 'x{kind="a"}'), 0)
  })

  test('count from zero on, or read what somebody else counts', async () => {
    const registry = new Registry()
    openCounter(registry, counter)
    let count = 4
    readCounter(registry, { ...counter, name: 'y_total' }, () => count)
    assert.equal(await valueOf(registry, 'x_total'), 0)
    assert.equal(await valueOf(registry, 'y_total'), 4)
    count = 6
    assert.equal(await valueOf(registry, 'y_total'), 6)
    assert.equal(await valueOf(registry, 'y_total'), 6)
  })

  test('have the buckets of their definition', async () => {
    const registry = new Registry()
    openHistogram(registry, { ...gauge, type: 'histogram', name: 'z_seconds', buckets: [1, 5] } as const).observe(3)
    assert.equal(await valueOf(registry, 'z_seconds_bucket{le="1"}'), 0)
    assert.equal(await valueOf(registry, 'z_seconds_bucket{le="5"}'), 1)
    assert.equal(await valueOf(registry, 'z_seconds_bucket{le="+Inf"}'), 1)
  })
})
