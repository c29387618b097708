import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VERSION } from '../../../core/process/build-info.ts'
import { BUILD_INFO } from '../../../core/process/build-metric.ts'
import { createRegistry } from '../../../core/process/metrics.ts'

suite('createRegistry', () => {
  test('measures the event loop at each scrape, and samples nothing in between', async () => {
    const names = (await createRegistry('test').getMetricsAsJSON()).map(({ name }) => name).filter(name => name.includes('eventloop'))

    assert.deepEqual(names, ['nodejs_eventloop_lag_seconds'])
  })

  test('tells the version of the build', async () => {
    assert.equal(BUILD_INFO.name, 'peerprobe_build_info')
    const text = await createRegistry('test').metrics()

    assert.ok(text.includes(`\npeerprobe_build_info{version="${VERSION}",node_version="${process.version}",component="test"} 1\n`))
  })

  test('calls nothing a counter that is a gauge', async () => {
    const metrics = await createRegistry('test').getMetricsAsJSON()

    assert.deepEqual(metrics.filter(({ name, type }) => name.endsWith('_total') && String(type) !== 'counter').map(({ name }) => name), [])
  })
})
