// What every adapter of the EventBus port must do. Run against the embedded log here and against
// Kafka where there is one.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../core/errors.ts'
import { until } from '../../support/until.ts'
import { collector, message, numbered, options, signal, spec, textOf } from './event-bus-fixture.ts'
import { eventBusGroupConformance } from './event-bus-group-conformance.ts'
import type { BusFixture } from './event-bus-fixture.ts'

/** Runs the suite; `open` gives each test an empty bus. */
export function eventBusConformance (adapter: string, open: () => Promise<BusFixture>): void {
  suite(`EventBus conformance: ${adapter}`, () => {
    test('hands on key, value, headers and the time of publishing unchanged', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic(spec, signal)
      const before = Date.now()
      const value = Uint8Array.from({ length: 256 }, (_, i) => i)
      await fixture.bus.publish('visits', [{ key: 'ключ', value, headers: { 'ce_id': 'a', 'x-text': 'ü "\'\n' } }], signal)
      const { all, handler } = collector()
      fixture.stack.use(await fixture.bus.subscribe(options, handler, signal))
      await until('the message is there', () => all.length === 1)

      assert.equal(all[0]!.key, 'ключ')
      assert.deepEqual(Uint8Array.from(all[0]!.value), value)
      assert.deepEqual({ ...all[0]!.headers }, { 'ce_id': 'a', 'x-text': 'ü "\'\n' })
      assert.ok(all[0]!.timestampMs >= before && all[0]!.timestampMs <= Date.now())
    })

    test('keeps all messages of a key in one partition and in order, with offsets that count up from 0', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic(spec, signal)
      const sent = numbered(300)
      await fixture.bus.publish('visits', sent.slice(0, 100), signal)
      await fixture.bus.publish('visits', sent.slice(100), signal)
      const { all, handler } = collector()
      fixture.stack.use(await fixture.bus.subscribe(options, handler, signal))
      await until('all messages are there', () => all.length === 300)

      const byKey = Map.groupBy(all, ({ key }) => key)
      for (const [key, messages] of byKey) {
        assert.equal(new Set(messages.map(({ partition }) => partition)).size, 1)
        assert.deepEqual(messages.map(textOf), sent.filter(candidate => candidate.key === key).map(textOf))
      }
      const byPartition = Map.groupBy(all, ({ partition }) => partition)
      assert.ok(byPartition.size > 1)
      for (const messages of byPartition.values()) {
        assert.deepEqual(messages.map(({ offset }) => offset), messages.map((_, i) => i))
      }
    })

    test('hands out no more messages at once than asked for, of one partition each', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic(spec, signal)
      await fixture.bus.publish('visits', numbered(200), signal)
      const { all, batches, handler } = collector()
      fixture.stack.use(await fixture.bus.subscribe({ ...options, maxMessages: 7 }, handler, signal))
      await until('all messages are there', () => all.length === 200)

      for (const { partition, messages } of batches) {
        assert.ok(messages.length >= 1 && messages.length <= 7)
        assert.ok(messages.every(each => each.partition === partition))
      }
    })

    test('gives the next batch of a partition only after the handler has resolved', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic(spec, signal)
      await fixture.bus.publish('visits', numbered(60), signal)
      const inWork = new Map<number, number>()
      const state = { seen: 0, overlaps: 0 }
      fixture.stack.use(await fixture.bus.subscribe({ ...options, maxMessages: 5 }, async ({ partition, messages }) => {
        inWork.set(partition, (inWork.get(partition) ?? 0) + 1)
        state.overlaps += inWork.get(partition) === 1 ? 0 : 1
        await new Promise(resolve => setTimeout(resolve, 2))
        inWork.set(partition, inWork.get(partition)! - 1)
        state.seen += messages.length
      }, signal))
      await until('all messages are there', () => state.seen === 60)

      assert.equal(state.overlaps, 0)
    })

    test('hands on what is published while a reader waits, also through another connection', async () => {
      await using fixture = await open()
      await using other = await fixture.another()
      await fixture.bus.ensureTopic(spec, signal)
      const { all, handler } = collector()
      fixture.stack.use(await fixture.bus.subscribe(options, handler, signal))
      await fixture.bus.publish('visits', [message('a', '1')], signal)
      await until('the first message is there', () => all.length === 1)
      await other.publish('visits', [message('a', '2')], signal)
      await until('the second message is there', () => all.length === 2)

      assert.deepEqual(all.map(textOf), ['1', '2'])
    })

    test('hands out nothing while paused, and goes on when resumed', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      const paused = collector()
      const witness = collector()
      await using subscription = await fixture.bus.subscribe(options, paused.handler, signal)
      subscription.pause()
      await fixture.bus.publish('visits', [message('a', '1')], signal)
      fixture.stack.use(await fixture.bus.subscribe({ ...options, group: 'witness' }, witness.handler, signal))
      await until('the witness has the message', () => witness.all.length === 1)

      assert.equal(paused.all.length, 0)
      subscription.resume()
      await until('the message is there', () => paused.all.length === 1)
    })

    test('ends the subscription with the failure of its handler', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic(spec, signal)
      await fixture.bus.publish('visits', numbered(5), signal)
      const failure = new TypeError('handler is broken')
      await using subscription = await fixture.bus.subscribe(options, async () => {
        throw failure
      }, signal)

      await assert.rejects(subscription.ended, err => err === failure)
    })

    test('ends without a failure when its signal aborts, and tells the handler', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic(spec, signal)
      await fixture.bus.publish('visits', [message('a', '1')], signal)
      const controller = new AbortController()
      const state = { started: false, told: false }
      const subscription = await fixture.bus.subscribe(options, async (_batch, handlerSignal) => {
        state.started = true
        await new Promise<void>((resolve) => {
          handlerSignal.addEventListener('abort', () => {
            state.told = true
            resolve()
          })
        })
      }, controller.signal)
      await until('the handler is running', () => state.started)
      controller.abort()
      await subscription.ended

      assert.equal(state.told, true)
    })

    test('waits for the running handler when disposed, and takes its commit', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      await fixture.bus.publish('visits', [message('a', '1')], signal)
      const state = { started: false, finished: false }
      const release = Promise.withResolvers<undefined>()
      const subscription = await fixture.bus.subscribe(options, async () => {
        state.started = true
        await release.promise
        await subscription.commit(0, 1)
        state.finished = true
      }, signal)
      await until('the handler is running', () => state.started)
      const disposed = subscription[Symbol.asyncDispose]()
      release.resolve(undefined)
      await disposed

      assert.equal(state.finished, true)
      const { all, handler } = collector()
      await using next = await fixture.bus.subscribe(options, handler, signal)
      await until('the next member reads', async () => (await next.lag()).size === 1)
      assert.deepEqual([...await next.lag()], [[0, 0]])
      assert.equal(all.length, 0)
    })

    test('refuses a topic that does not exist', async () => {
      await using fixture = await open()
      const { handler } = collector()

      await assert.rejects(fixture.bus.publish('nowhere', [message('a', '1')], signal), err => isProbeError(err, 'PP_TOPIC_MISSING'))
      await assert.rejects(fixture.bus.subscribe({ ...options, topic: 'nowhere' }, handler, signal), err => isProbeError(err, 'PP_TOPIC_MISSING'))
    })

    test('refuses to work once closed', async () => {
      await using fixture = await open()
      const other = await fixture.another()
      await fixture.bus.ensureTopic(spec, signal)
      await other[Symbol.asyncDispose]()

      await assert.rejects(other.publish('visits', [message('a', '1')], signal), err => isProbeError(err, 'PP_BUS_CLOSED'))
    })
  })

  eventBusGroupConformance(adapter, open)
}
