import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRegistry } from '../../../core/process/metrics.ts'

suite('createRegistry', () => {
  test('measures the event loop at each scrape, and samples nothing in between', async () => {
    const names = (await createRegistry('test').getMetricsAsJSON()).map(({ name }) => name).filter(name => name.includes('eventloop'))

    assert.deepEqual(names, ['nodejs_eventloop_lag_seconds'])
  })
})
