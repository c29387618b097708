import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KafkaBatchDelivery } from '../../../../core/bus/kafka/kafka-batch-delivery.ts'
import { KafkaCommits } from '../../../../core/bus/kafka/kafka-commits.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { BatchHandler, IncomingMessage } from '../../../../core/bus/port/event-bus.ts'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'

interface Rig {
  feed: KafkaBatchDelivery
  commits: KafkaCommits
  clock: FakeClock
  failures: unknown[]
  resolved: string[]
  payload: (count: number, end?: number) => EachBatchPayload
}

function rig (handler: BatchHandler, signal = new AbortController().signal): Rig {
  const clock = new FakeClock()
  const failures: unknown[] = []
  const resolved: string[] = []
  const commits = new KafkaCommits({ topic: 'visits', onRefused: () => undefined })
  const feed = new KafkaBatchDelivery({ clock, handler, commits, onFailure: err => failures.push(err) }, { topic: 'visits', maxMessages: 2, isPaused: false }, signal)
  const payload = (count: number, end = count): EachBatchPayload => ({
    batch: {
      partition: 3,
      messages: Array.from({ length: count }, (_, i) => ({ key: null, value: Buffer.from(String(i)), offset: String(i), timestamp: '0', attributes: 0 })),
      firstOffset: () => '0',
      lastOffset: () => String(end - 1)
    },
    resolveOffset: (offset: string) => {
      resolved.push(offset)
    },
    heartbeat: async () => undefined,
    commitOffsetsIfNecessary: async () => undefined
  } as unknown as EachBatchPayload)

  return { feed, commits, clock, failures, resolved, payload }
}

suite('KafkaBatchDelivery', () => {
  test('hands out parts in order, each read when its handler has resolved', async () => {
    const seen: number[][] = []
    const { feed, resolved, payload } = rig(async ({ messages }) => {
      assert.equal(resolved.length, seen.length)
      seen.push(messages.map(({ offset }) => offset))
    })
    await feed.take(payload(5))

    assert.deepEqual(seen, [[0, 1], [2, 3], [4]])
    assert.deepEqual(resolved, ['1', '3', '4'])
    assert.equal(feed.isIdle, true)
  })

  test('says with the last part how far the batch reaches, and hands out one that holds no message at all', async () => {
    const seen: [number, number][] = []
    const { feed, resolved, payload } = rig(async ({ messages, nextOffset }) => {
      seen.push([messages.length, nextOffset])
    })
    await feed.take(payload(3, 7))
    await feed.take(payload(0, 9))

    assert.deepEqual(seen, [[2, 2], [1, 7], [0, 9]])
    assert.deepEqual(resolved, ['1', '6', '8'])
  })

  test('hands out what lies before a batch that cannot be read, then fails with where it is', async () => {
    const seen: [number, number][] = []
    const { feed, failures, resolved, payload } = rig(async ({ messages, nextOffset }) => {
      seen.push([messages.length, nextOffset])
    })
    const cut = payload(3, 9)
    cut.batch.messages.push({ ...cut.batch.messages[0]!, offset: '9007199254740991', unreadable: 'the batch that begins at offset 3: its checksum is wrong' } as unknown as KafkaMessage)
    await feed.take(cut)
    await feed.take(payload(3, 9))

    assert.deepEqual(seen, [[2, 2], [1, 3]])
    assert.deepEqual(resolved, ['1', '2'])
    assert.equal(failures.length, 1)
    assert.ok(isProbeError(failures[0], 'PP_BATCH_UNREADABLE') && failures[0].message.includes('topic visits, partition 3, the batch that begins at offset 3: its checksum is wrong'))
  })

  test('lets its commits go to the group that the batch came from', async () => {
    const { feed, commits, payload } = rig(async () => {
      assert.equal(await commits.commit(3, 1), true)
    })
    await feed.take(payload(1))
  })

  test('stops after the running handler when it is interrupted, counts that part as unread, and ends with the reason', async () => {
    const seen: IncomingMessage[] = []
    const reason = new Error('rebalance')
    const { feed, resolved, payload } = rig(async ({ messages }, signal) => {
      seen.push(...messages)
      feed.interrupt(reason, false)
      assert.equal(signal.aborted, false)
    })

    await assert.rejects(feed.take(payload(5)), err => err === reason)
    assert.equal(seen.length, 2)
    assert.deepEqual(resolved, [])
    await assert.rejects(feed.take(payload(1)), err => err === reason)
    assert.equal(seen.length, 2)
  })

  test('tells the handler when its partitions are lost, and starts again once they are assigned again', async () => {
    const told: boolean[] = []
    const { feed, payload } = rig(async (_batch, signal) => {
      if (told.length === 0) {
        feed.interrupt(new Error('lost'), true)
      }
      told.push(signal.aborted)
    })
    await assert.rejects(feed.take(payload(1)))
    feed.joined()
    await feed.take(payload(1))

    assert.deepEqual(told, [true, false])
  })

  test('delivers nothing while paused, however the pause ends', async () => {
    const endings: ((feed: KafkaBatchDelivery) => unknown)[] = [
      (feed) => { feed.resume() },
      (feed) => { feed.interrupt(new Error('rebalance'), false) },
      async (feed) => { await feed[Symbol.asyncDispose]() }
    ]
    const seen: number[] = []

    for (const [i, ending] of endings.entries()) {
      const { feed, clock, payload } = rig(async () => {
        seen.push(i)
      })
      feed.pause()
      const taking = Promise.allSettled([feed.take(payload(2))])
      await clock.advance(10_000)
      assert.deepEqual({ seen, isIdle: feed.isIdle }, { seen: i === 0 ? [] : [0], isIdle: false })
      await ending(feed)
      await taking
    }

    assert.deepEqual(seen, [0])
  })

  test('delivers nothing more after a failure of the handler, and reports it', async () => {
    const failure = new RangeError('handler is broken')
    const { feed, failures, resolved, payload } = rig(async () => {
      throw failure
    })
    await feed.take(payload(5))
    await feed.take(payload(5))

    assert.deepEqual(failures, [failure])
    assert.deepEqual(resolved, [])
  })

  test('waits for the running handlers when disposed', async () => {
    const release = Promise.withResolvers<undefined>()
    const { feed, payload } = rig(async () => {
      await release.promise
    })
    const taking = feed.take(payload(5))
    const state = { isDisposed: false }
    const disposing = feed[Symbol.asyncDispose]().then(() => {
      state.isDisposed = true
    })
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(state.isDisposed, false)
    release.resolve(undefined)
    await disposing
    await taking
  })

  test('tells handlers of the end of the subscription, and hands out nothing more', async () => {
    const controller = new AbortController()
    const told: boolean[] = []
    const { feed, payload } = rig(async (_batch, signal) => {
      controller.abort()
      told.push(signal.aborted)
    }, controller.signal)
    await feed.take(payload(5))

    assert.deepEqual(told, [true])
  })
})
