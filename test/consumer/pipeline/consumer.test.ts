import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { BatchWriter } from '../../../consumer/pipeline/batch-writer.ts'
import { Consumer } from '../../../consumer/pipeline/consumer.ts'
import { DeadLetterRate } from '../../../consumer/pipeline/dead-letter-rate.ts'
import { DeadLetters } from '../../../consumer/pipeline/dead-letters.ts'
import { GroupWatch } from '../../../consumer/pipeline/group-watch.ts'
import { LagMeter } from '../../../consumer/pipeline/lag-meter.ts'
import { Outage } from '../../../consumer/pipeline/outage.ts'
import { ProbeError } from '../../../core/errors.ts'
import { incoming, visitMessage } from '../../support/consumer/incoming.ts'
import { PEERS, visitOf } from '../../support/consumer/messages.ts'
import { recordingObserver } from '../../support/consumer/recording-observer.ts'
import { ScriptedBus } from '../../support/consumer/scripted-bus.ts'
import { ScriptedStore } from '../../support/consumer/scripted-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'

interface Fixture {
  clock: FakeClock
  bus: ScriptedBus
  store: ScriptedStore
  consumer: Consumer
  controller: AbortController
  joined: () => number
}

function fixture (): Fixture {
  const clock = new FakeClock()
  const log = pino({ level: 'silent' })
  const bus = new ScriptedBus()
  const store = new ScriptedStore()
  const outage = new Outage({ clock, log })
  const shared = { bus, clock, log, outage, observer: recordingObserver() }
  let joined = 0
  const consumer = new Consumer({
    ...shared,
    meter: new LagMeter({ clock, log, beat: { beat: () => undefined } }),
    groupWatch: new GroupWatch({ clock, log, topic: 't', group: 'g' }),
    writer: new BatchWriter({ ...shared, store }, { attempts: 3, backoffMs: 500 }),
    deadLetters: new DeadLetters(shared, { topic: 't', deadLetterTopic: 'dead', whenRefused: 'wait' }),
    rate: new DeadLetterRate({ clock, log }),
    onSubscribed: () => {
      joined++
    }
  }, { topic: 't', group: 'g', maxMessages: 500, maxWaitMs: 100, concurrentWrites: 1 })

  return { clock, bus, store, consumer, controller: new AbortController(), joined: () => joined }
}

const message = (offset: number): ReturnType<typeof incoming> => incoming(visitMessage(visitOf({ nodeId: PEERS[offset % 3]! })), offset)

suite('Consumer', () => {
  test('stores and commits what the bus delivers, until it is stopped', async () => {
    const { clock, bus, store, consumer, controller, joined } = fixture()
    const running = consumer.run(controller.signal)
    await clock.settle()
    await clock.runUntil(bus.handOut([message(0), message(1)]))
    assert.deepEqual(bus.current.commits, [[0, 2]])
    assert.equal(store.peers.length, 2)
    controller.abort()
    await clock.runUntil(running)

    assert.equal(joined(), 1)
    assert.equal(bus.current.isOver, true)
  })

  test('takes nothing from the bus during an outage', async () => {
    const { clock, bus, store, consumer, controller } = fixture()
    const running = consumer.run(controller.signal)
    await clock.settle()
    let isAway = true
    store.failWith = () => isAway ? new ProbeError('PP_STORE_UNAVAILABLE', 'away') : undefined
    const handling = bus.handOut([message(0)])
    await clock.advance(200)
    assert.equal(bus.current.isPaused, true)
    isAway = false
    await clock.runUntil(handling)
    assert.equal(bus.current.isPaused, false)
    controller.abort()
    await clock.runUntil(running)
  })

  test('subscribes again when it is stuck, and ends when that does not help', async () => {
    const { clock, bus, consumer, controller, joined } = fixture()
    bus.lag = 5
    const running = consumer.run(controller.signal)
    const failed = assert.rejects(running, { code: 'PP_CONSUMER_STUCK' })
    await clock.advance(70_000)
    assert.equal(joined(), 2)
    assert.deepEqual(bus.subscriptions.map(({ isOver }) => isOver), [true, false])
    await clock.runUntil(failed)
    assert.ok(clock.monotonic() < 140_000)
  })

  test('goes on when subscribing again helped', async () => {
    const { clock, bus, consumer, controller, joined } = fixture()
    bus.lag = 5
    const running = consumer.run(controller.signal)
    await clock.advance(70_000)
    await clock.runUntil(bus.handOut([message(0)]))
    await clock.advance(70_000)
    assert.equal(joined(), 3)
    controller.abort()
    await clock.runUntil(running)
  })

  test('is not stuck while an outage lasts', async () => {
    const { clock, bus, store, consumer, controller, joined } = fixture()
    bus.lag = 5
    store.failWith = () => new ProbeError('PP_STORE_UNAVAILABLE', 'away')
    const running = consumer.run(controller.signal)
    await clock.settle()
    const handling = Promise.allSettled([bus.handOut([message(0)])])
    await clock.advance(3_600_000)
    assert.equal(joined(), 1)
    controller.abort()
    await clock.runUntil(running)
    await handling
    assert.deepEqual(bus.current.commits, [])
  })

  test('ends when a handler hangs that nothing can end', async () => {
    const { clock, bus, store, consumer, controller } = fixture()
    bus.lag = 1
    store.failWith = () => undefined
    store.write = async () => await new Promise(() => undefined)
    const running = consumer.run(controller.signal)
    await clock.settle()
    void bus.handOut([message(0)])

    await clock.runUntil(assert.rejects(running, { code: 'PP_CONSUMER_STUCK' }))
  })

  test('ends with the failure of the subscription, and when it ends without one', async () => {
    for (const failure of [new ProbeError('PP_BUS_UNAVAILABLE', 'away'), undefined]) {
      const { clock, bus, consumer, controller } = fixture()
      const failed = assert.rejects(consumer.run(controller.signal), { code: failure?.code ?? 'PP_BUS_CLOSED' })
      await clock.settle()
      bus.current.finish(failure)
      await clock.runUntil(failed)
    }
  })
})
