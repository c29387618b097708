import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlerConfig } from '../../core/contracts/process-config.ts'
import { createLogger } from '../../core/process/logger.ts'
import { createRegistry } from '../../core/process/metrics.ts'
import { Progress } from '../../core/process/progress.ts'
import { systemClock } from '../../core/time/clock.ts'
import { compileScan } from '../../crawler/compile-scan.ts'
import { flushTimeoutMs, openNeighbours } from '../../crawler/open-neighbours.ts'
import { openEmbeddedBus } from '../support/bus/embedded-bus.ts'
import { crawlerConfig } from '../support/libp2p/crawler-config.ts'

const never = new AbortController().signal

async function configOf (active: object, more: object = {}): Promise<CrawlerConfig> {
  const config = await crawlerConfig({ stateFolder: 'x', protocols: ['/lab/kad/1.0.0'] })

  return CrawlerConfig.parse({ ...config, ...more, scan: { ...config.scan, active: { ...config.scan.active, ...active } } })
}

suite('openNeighbours', () => {
  test('publishes to the topic of routing tables what a scan asks for', async () => {
    await using embedded = await openEmbeddedBus()
    const { bus } = embedded
    await bus.ensureTopic({ name: 'n', partitions: 1, retentionMs: 1e9 }, never)
    const open = async (active: object, more?: object): Promise<boolean> => {
      await using stack = new AsyncDisposableStack()
      const config = await configOf(active, more)
      const neighbours = openNeighbours({ config, clock: systemClock, log: createLogger({ level: 'silent' }), registry: createRegistry('crawler'), progress: new Progress({ clock: systemClock }) }, bus, compileScan(config.scan), stack)
      await neighbours?.begin(1).end('finished', never)

      return neighbours !== undefined
    }

    assert.deepEqual([await open({}, { neighboursTopic: 'n' }), await open({ strategy: 'Topology', neighbours: true })], [false, false])
    assert.equal(await open({ strategy: 'Topology', neighbours: true }, { neighboursTopic: 'n' }), true)
    assert.deepEqual((await bus.read('n', 0, 0, 10)).map(({ key }) => key), ['a/b/c'])
  })

  test('leaves time to close after the flush', () => {
    assert.deepEqual([flushTimeoutMs({ stopTimeoutMs: 25_000 }), flushTimeoutMs({ stopTimeoutMs: 0 })], [20_000, 1_000])
  })
})
