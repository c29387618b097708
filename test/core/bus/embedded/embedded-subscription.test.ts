import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { EmbeddedGroup } from '../../../../core/bus/embedded/embedded-group.ts'
import { EmbeddedLog } from '../../../../core/bus/embedded/embedded-log.ts'
import { EmbeddedSubscription } from '../../../../core/bus/embedded/embedded-subscription.ts'
import { Wakeup } from '../../../../core/bus/port/wakeup.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { BatchHandler } from '../../../../core/bus/port/event-bus.ts'

const { signal } = new AbortController()

interface Fixture extends Disposable {
  clock: FakeClock
  file: EmbeddedLog
  publish: (count: number) => void
  join: (id: string, handler: BatchHandler) => Promise<EmbeddedSubscription>
}

function fixture (partitions: number): Fixture {
  const clock = new FakeClock()
  const file = EmbeddedLog.open(':memory:')
  const log = pino({ level: 'silent' })
  file.ensureTopic({ name: 't', partitions, retentionMs: 3_600_000 })

  return {
    clock,
    file,
    publish: (n) => {
      file.append('t', Array.from({ length: n }, (_, i) => ({ key: `k${String(i)}`, value: Buffer.from('x'), headers: {} })), clock.now())
    },
    join: async (memberId, handler) => await EmbeddedSubscription.open({
      log,
      clock,
      file,
      group: new EmbeddedGroup(file, { group: 'g', topicId: file.topicId('t'), memberId, leaseMs: 2_500 }),
      handler,
      wakeup: new Wakeup({ clock }),
      eventually: async operation => await Promise.try(operation)
    }, { maxMessages: 10, pollMs: 50, heartbeatMs: 500 }, signal),
    [Symbol.dispose]: () => {
      file[Symbol.dispose]()
    }
  }
}

suite('EmbeddedSubscription', () => {
  test('hands a partition over only when its handler has come to an end', async () => {
    using bus = fixture(2)
    const release = Promise.withResolvers<undefined>()
    const events: string[] = []
    const a = await bus.join('a', async ({ partition }) => {
      events.push(`a starts ${String(partition)}`)
      await release.promise
      events.push(`a ends ${String(partition)}`)
    })
    bus.publish(10)
    await bus.clock.advance(100)
    const b = await bus.join('b', async ({ partition }) => {
      events.push(`b starts ${String(partition)}`)
    })
    await bus.clock.advance(10_000)
    assert.deepEqual(events, ['a starts 0', 'a starts 1'])
    release.resolve(undefined)
    await bus.clock.advance(2_000)

    assert.deepEqual(events, ['a starts 0', 'a starts 1', 'a ends 0', 'a ends 1', 'b starts 1'])
    await bus.clock.runUntil(Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]))
  })

  test('keeps its lease while a handler works for longer than the lease', async () => {
    using bus = fixture(1)
    const release = Promise.withResolvers<undefined>()
    const a = await bus.join('a', async () => {
      await release.promise
    })
    bus.publish(1)
    await bus.clock.advance(100)
    const stopping = a[Symbol.asyncDispose]()
    const b = await bus.join('b', async () => undefined)
    await bus.clock.advance(30_000)
    assert.equal((await b.lag()).size, 0)
    release.resolve(undefined)
    await bus.clock.runUntil(stopping)
    await bus.clock.advance(1_000)

    assert.equal((await b.lag()).size, 1)
    await bus.clock.runUntil(b[Symbol.asyncDispose]())
  })

  test('ends with a failure of the file', async () => {
    using bus = fixture(1)
    const a = await bus.join('a', async () => undefined)
    bus.file[Symbol.dispose]()
    const ended = assert.rejects(a.ended, { code: 'PP_BUS_CLOSED' })
    await bus.clock.runUntil(ended)
  })

  test('refuses to commit a partition that it never had', async () => {
    using bus = fixture(1)
    const a = await bus.join('a', async () => undefined)

    await assert.rejects(a.commit(5, 1), TypeError)
    await bus.clock.runUntil(a[Symbol.asyncDispose]())
  })
})
