// What every adapter of the EventBus port must do for groups: offsets, lag, and sharing the work.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { until } from '../../support/until.ts'
import { collector, numbered, options, signal, spec } from './event-bus-fixture.ts'
import type { IncomingMessage } from '../../../core/bus/port/event-bus.ts'
import type { BusFixture } from './event-bus-fixture.ts'

/** Part of the suite: what members of a group see. */
export function eventBusGroupConformance (adapter: string, open: () => Promise<BusFixture>): void {
  suite(`EventBus conformance, groups: ${adapter}`, () => {
    test('goes on after what was committed and hands out again what was not', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      await fixture.bus.publish('visits', numbered(10), signal)
      const first = collector()
      {
        await using subscription = await fixture.bus.subscribe(options, first.handler, signal)
        await until('the first reader has them', () => first.all.length === 10)
        await subscription.commit(0, 4)
        await subscription.commit(0, 2)
      }
      const second = collector()
      fixture.stack.use(await fixture.bus.subscribe(options, second.handler, signal))
      await until('the second reader has the rest', () => second.all.length === 6)

      assert.deepEqual(second.all.map(({ offset }) => offset), [4, 5, 6, 7, 8, 9])
    })

    test('keeps groups apart: each reads everything', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic(spec, signal)
      await fixture.bus.publish('visits', numbered(30), signal)
      const a = collector()
      const b = collector()
      fixture.stack.use(await fixture.bus.subscribe(options, a.handler, signal))
      fixture.stack.use(await fixture.bus.subscribe({ ...options, group: 'others' }, b.handler, signal))
      await until('both have everything', () => a.all.length === 30 && b.all.length === 30)
    })

    test('counts as lag what is not committed', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      await fixture.bus.publish('visits', numbered(10), signal)
      const { all, handler } = collector()
      await using subscription = await fixture.bus.subscribe(options, handler, signal)
      await until('all messages are there', () => all.length === 10)

      assert.deepEqual([...await subscription.lag()], [[0, 10]])
      await subscription.commit(0, 7)
      assert.deepEqual([...await subscription.lag()], [[0, 3]])
    })

    test('counts the lag of a group over all partitions, also while nobody reads', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 2 }, signal)
      await fixture.bus.publish('visits', numbered(20), signal)
      const lag = await fixture.bus.groupLag('visits', 'readers', signal)

      assert.deepEqual([...lag.keys()], [0, 1])
      assert.equal([...lag.values()].reduce((sum, n) => sum + n), 20)
    })

    test('tells how far a group has come in each partition, and null where it has committed nothing', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      await fixture.bus.publish('visits', numbered(10), signal)
      assert.deepEqual(await fixture.bus.groupPositions('visits', 'readers', signal), [{ partition: 0, oldest: 0, next: 10, committed: null }])
      await readAndCommit(fixture, 4)

      assert.deepEqual(await fixture.bus.groupPositions('visits', 'readers', signal), [{ partition: 0, oldest: 0, next: 10, committed: 4 }])
    })

    test('goes on where it is set to, forwards and back', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      await fixture.bus.publish('visits', numbered(6), signal)
      await new Promise(resolve => setTimeout(resolve, 20))
      const between = Date.now()
      await new Promise(resolve => setTimeout(resolve, 20))
      await fixture.bus.publish('visits', numbered(4), signal)
      await readAndCommit(fixture, 10)

      for (const [target, offset] of [['latest', 10], [{ atMs: between }, 6], ['earliest', 0]] as const) {
        await fixture.bus.resetGroup('visits', 'readers', target, signal)
        assert.equal((await fixture.bus.groupPositions('visits', 'readers', signal))[0]?.committed, offset)
      }
      const { all, handler } = collector()
      fixture.stack.use(await fixture.bus.subscribe(options, handler, signal))
      await until('everything is there once more', () => all.length === 10)
    })

    test('is not set while it is being read', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      await fixture.bus.publish('visits', numbered(1), signal)
      const { all, handler } = collector()
      fixture.stack.use(await fixture.bus.subscribe(options, handler, signal))
      await until('it reads', () => all.length === 1)

      await assert.rejects(fixture.bus.resetGroup('visits', 'readers', 'earliest', signal), { code: 'PP_GROUP_ACTIVE' })
    })

    test('shares the partitions among the members of a group, each with one reader', async () => {
      await using fixture = await open()
      await using other = await fixture.another()
      await fixture.bus.ensureTopic({ ...spec, partitions: 4 }, signal)
      const a = collector()
      const b = collector()
      await using first = await fixture.bus.subscribe(options, a.handler, signal)
      await using second = await other.subscribe(options, b.handler, signal)
      await until('each has two partitions', async () => (await first.lag()).size === 2 && (await second.lag()).size === 2)
      await fixture.bus.publish('visits', numbered(200), signal)
      await until('all messages are there', () => a.all.length + b.all.length >= 200)

      assert.equal(a.all.length + b.all.length, 200)
      assert.deepEqual(new Set([...(await first.lag()).keys(), ...(await second.lag()).keys()]), new Set([0, 1, 2, 3]))
      const partitionsOf = (messages: readonly IncomingMessage[]): Set<number> => new Set(messages.map(({ partition }) => partition))
      assert.deepEqual([...partitionsOf(a.all).intersection(partitionsOf(b.all))], [])
    })

    test('hands the partitions of a member that leaves to the others', async () => {
      await using fixture = await open()
      await using other = await fixture.another()
      await fixture.bus.ensureTopic(spec, signal)
      const a = collector()
      const b = collector()
      await using first = await fixture.bus.subscribe(options, a.handler, signal)
      {
        await using second = await other.subscribe(options, b.handler, signal)
        await until('both have partitions', async () => (await first.lag()).size > 0 && (await second.lag()).size > 0)
      }
      await until('the first has all of them', async () => (await first.lag()).size === 3)
      await fixture.bus.publish('visits', numbered(50), signal)
      await until('all messages are there', () => a.all.length === 50)

      assert.equal(b.all.length, 0)
    })

    test('adds partitions to a topic and never takes one away', async () => {
      await using fixture = await open()
      await fixture.bus.ensureTopic({ ...spec, partitions: 2 }, signal)
      await fixture.bus.ensureTopic({ ...spec, partitions: 4 }, signal)
      await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
      const { handler } = collector()
      await using subscription = await fixture.bus.subscribe(options, handler, signal)
      await until('all four are read', async () => (await subscription.lag()).size === 4)
    })
  })
}

// Reads the only partition of the topic to the offset given and leaves the group.
async function readAndCommit ({ bus }: BusFixture, nextOffset: number): Promise<void> {
  const { all, handler } = collector()
  await using subscription = await bus.subscribe(options, handler, signal)
  await until('the messages are there', () => all.length >= nextOffset)
  await subscription.commit(0, nextOffset)
}
