import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readBacklog } from '../../../cli/topics/read-backlog.ts'
import { numbered, signal, spec, textOf } from '../../core/bus/event-bus-fixture.ts'
import { openEmbeddedBus } from '../../support/bus/embedded-bus.ts'

const backlog = { topic: 'visits', group: 'tool', maxMessages: 7 }

suite('readBacklog', () => {
  test('hands out everything that the group has not done, and comes to an end', async () => {
    await using fixture = await openEmbeddedBus()
    await fixture.bus.ensureTopic(spec, signal)
    await fixture.bus.publish('visits', numbered(40), signal)
    const seen: string[] = []

    for (const expected of [40, 0]) {
      seen.length = 0
      await readBacklog(fixture.bus, backlog, async ({ partition, messages }, subscription) => {
        seen.push(...messages.map(textOf))
        await subscription.commit(partition, (messages.at(-1)?.offset ?? -1) + 1)
      }, signal)
      assert.equal(new Set(seen).size, expected)
    }
  })

  test('leaves what is published meanwhile for the next time', async () => {
    await using fixture = await openEmbeddedBus()
    await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
    await fixture.bus.publish('visits', numbered(5, 1), signal)
    const seen: string[] = []
    await readBacklog(fixture.bus, { ...backlog, maxMessages: 2 }, async ({ messages }) => {
      seen.push(...messages.map(textOf))
      await fixture.bus.publish('visits', numbered(3, 1), signal)
    }, signal)

    assert.deepEqual(seen, ['0', '1', '2', '3', '4'])
  })

  test('ends with nothing to read, and fails as its handler does', async () => {
    await using fixture = await openEmbeddedBus()
    await fixture.bus.ensureTopic(spec, signal)
    await readBacklog(fixture.bus, backlog, async () => {
      await Promise.reject(new RangeError('never called'))
    }, signal)
    await fixture.bus.publish('visits', numbered(1), signal)

    await assert.rejects(readBacklog(fixture.bus, backlog, async () => {
      await Promise.reject(new RangeError('boom'))
    }, signal), /boom/)
    await assert.rejects(readBacklog(fixture.bus, { ...backlog, topic: 'none' }, async () => undefined, signal), { code: 'PP_TOPIC_MISSING' })
  })
})
