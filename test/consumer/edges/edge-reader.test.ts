import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EdgeReader } from '../../../consumer/edges/edge-reader.ts'
import { ProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { neighboursIncoming, tableOf } from '../../support/consumer/neighbours.ts'
import { ScriptedBus } from '../../support/consumer/scripted-bus.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { MessageBatch } from '../../../core/bus/port/event-bus.ts'

const log = createLogger({ level: 'silent' })

class Collector {
  readonly positions = new Map<number, number>()
  commit: number | undefined
  failure: Error | undefined

  async handle ({ partition, nextOffset }: MessageBatch): Promise<number> {
    await Promise.resolve()
    if (this.failure !== undefined) {
      throw this.failure
    }
    this.positions.set(partition, nextOffset)

    return this.commit ?? nextOffset
  }
}

interface Started { clock: FakeClock, bus: ScriptedBus, collector: Collector, reader: EdgeReader, stop: () => Promise<void> }

async function start (bus = new ScriptedBus()): Promise<Started> {
  const clock = new FakeClock()
  const collector = new Collector()
  const reader = new EdgeReader({ bus, clock, log, collector }, { topic: 't-neighbours', group: 'g-neighbours' })
  const controller = new AbortController()
  const running = reader.run(controller.signal)
  await clock.settle()

  return { clock, bus, collector, reader, stop: async () => {
    controller.abort()
    await running
    assert.equal(clock.pending, 0)
  } }
}

const at = (offset: number): ReturnType<typeof neighboursIncoming> => neighboursIncoming(tableOf(), offset)

suite('EdgeReader', () => {
  test('commits what the collector says, and nothing twice', async () => {
    const { bus, collector, stop } = await start()
    collector.commit = 0
    await bus.handOut([at(0), at(1)])
    await bus.handOut([at(2)])
    collector.commit = undefined
    await bus.handOut([at(3)])

    assert.deepEqual(bus.current.commits, [[0, 0], [0, 4]])
    await stop()
  })

  test('knows what is published and not read, apart from what is read and not committed', async () => {
    const { clock, bus, collector, reader, stop } = await start()
    collector.commit = 0
    await bus.handOut([at(0), at(1), at(2)])
    bus.lag = 7
    await clock.advance(1_000)

    assert.equal(reader.unread, 4)
    await stop()
  })

  test('subscribes again when a subscription ends or fails, and says why it reads nothing', async () => {
    const { clock, bus, collector, reader, stop } = await start()
    bus.current.finish(new ProbeError('PP_BUS_FORBIDDEN', 'no right to the group'))
    await clock.settle()
    assert.deepEqual([reader.problem?.code, bus.subscriptions.length], ['PP_BUS_FORBIDDEN', 1])
    await clock.advance(60_000)
    assert.deepEqual([reader.problem, bus.subscriptions.length], [undefined, 2])

    bus.current.finish()
    await clock.advance(60_000)
    assert.equal(bus.subscriptions.length, 3)

    collector.failure = new TypeError('broken')
    await assert.rejects(bus.handOut([at(0)]), TypeError)
    collector.failure = undefined
    await stop()
  })

  test('subscribes again when messages wait and none is read', async () => {
    const { clock, bus, stop } = await start()
    bus.lag = 5
    await clock.advance(55_000)
    assert.equal(bus.subscriptions.length, 1)
    await clock.advance(60_000)
    assert.equal(bus.subscriptions.length, 2)
    await stop()
  })

  test('a crawl that is read and not over for hours is no reason to subscribe again', async () => {
    const { clock, bus, collector, stop } = await start()
    collector.commit = 0
    await bus.handOut([at(0), at(1)])
    bus.lag = 2
    await clock.advance(3 * 3_600_000)

    assert.equal(bus.subscriptions.length, 1)
    await stop()
  })
})
