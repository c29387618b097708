import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { asKafkaError } from '../../../../core/bus/kafka/client/kafka-error.ts'
import { KafkaMember } from '../../../../core/bus/kafka/kafka-member.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { signal } from '../event-bus-fixture.ts'
import type { BatchHandler } from '../../../../core/bus/port/event-bus.ts'
import type { Consumer, ConsumerRunConfig, EachBatchPayload } from 'kafkajs'

const EVENTS = { GROUP_JOIN: 'join', FETCH: 'fetch', CRASH: 'crash' }
const options = { topic: 'visits', maxMessages: 10, concurrency: 2, heartbeatMs: 100, joinLimitMs: 5_000, stallMs: 1_000, isPaused: false }

/** A consumer of kafkajs whose group and broker a test plays. */
class FakeConsumer {
  readonly events = EVENTS
  readonly calls: string[] = []
  readonly #listeners = new Map<string, (event: { payload: unknown }) => void>()
  run_: ConsumerRunConfig | undefined
  joins: 'at once' | 'never' | Error = 'at once'
  heartbeats = 0
  heartbeatFailure: Error | undefined
  commitFailure: Error | undefined
  disconnects: Promise<void> = Promise.resolve()

  on (event: string, listener: (event: { payload: unknown }) => void): void {
    this.#listeners.set(event, listener)
  }

  emit (event: string, payload: unknown): void {
    this.#listeners.get(event)?.({ payload })
  }

  async connect (): Promise<void> {
    this.calls.push('connect')
  }

  async subscribe (subscription: object): Promise<void> {
    this.calls.push(`subscribe ${JSON.stringify(subscription)}`)
  }

  async run (config: ConsumerRunConfig): Promise<void> {
    this.run_ = config

    if (this.joins === 'never') {
      await Promise.withResolvers<never>().promise
    } else if (this.joins === 'at once') {
      this.emit('join', { memberAssignment: { visits: [2, 0] } })
    } else {
      this.emit('crash', { error: this.joins })
    }
  }

  async disconnect (): Promise<void> {
    this.calls.push('disconnect')
    await this.disconnects
  }

  async fetched (partition = 0): Promise<void> {
    await this.run_!.eachBatch!({
      batch: { partition, messages: [{ key: null, value: Buffer.from('x'), offset: '5', timestamp: '0', attributes: 0 }], firstOffset: () => '5', lastOffset: () => '5' },
      resolveOffset: () => undefined,
      heartbeat: async () => {
        this.heartbeats++
        if (this.heartbeatFailure !== undefined) {
          throw this.heartbeatFailure
        }
      },
      commitOffsetsIfNecessary: async () => {
        if (this.commitFailure !== undefined) {
          throw this.commitFailure
        }
      }
    } as unknown as EachBatchPayload)
  }
}

interface Rig { consumer: FakeConsumer, clock: FakeClock, cuts: () => number, open: (handler?: BatchHandler) => Promise<KafkaMember> }

function rig (): Rig {
  const consumer = new FakeConsumer()
  const clock = new FakeClock()
  const state = { cuts: 0 }

  return {
    consumer,
    clock,
    cuts: () => state.cuts,
    open: async (handler = async () => undefined) => await KafkaMember.open({
      log: pino({ level: 'silent' }),
      clock,
      consumer: consumer as unknown as Consumer,
      handler,
      asError: err => asKafkaError(err, ['a:1'], 'visits'),
      cut: () => {
        state.cuts++
      }
    }, options, signal)
  }
}

suite('KafkaMember', () => {
  test('joins from the beginning, commits nothing by itself, and knows its partitions', async () => {
    const { consumer, open } = rig()
    await using member = await open()
    const { autoCommit, eachBatchAutoResolve, partitionsConsumedConcurrently } = consumer.run_!

    assert.deepEqual(consumer.calls, ['connect', 'subscribe {"topics":["visits"],"fromBeginning":true}'])
    assert.deepEqual([autoCommit, eachBatchAutoResolve, partitionsConsumedConcurrently], [false, false, 2])
    assert.deepEqual(member.assigned, [0, 2])
  })

  test('fails to open with why the client gave up, and leaves nothing connected', async () => {
    const { consumer, open, cuts } = rig()
    consumer.joins = Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' })

    await assert.rejects(open(), err => isProbeError(err, 'PP_BUS_FORBIDDEN'))
    assert.equal(consumer.calls.at(-1), 'disconnect')
    assert.equal(cuts(), 1)
  })

  test('fails to open when the group does not let it in in time', async () => {
    const { consumer, open, clock } = rig()
    consumer.joins = 'never'

    await assert.rejects(clock.runUntil(open()), err => isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.message.includes('5000 ms'))
  })

  test('sends heartbeats while a handler works, and none otherwise', async () => {
    const { consumer, open, clock } = rig()
    const release = Promise.withResolvers<undefined>()
    await using member = await open(async () => {
      await release.promise
    })
    const fetched = consumer.fetched()
    await clock.advance(1_000)
    assert.equal(consumer.heartbeats, 10)
    release.resolve(undefined)
    await fetched
    await clock.advance(500)

    assert.equal(consumer.heartbeats, 10)
    assert.equal(member.feed.isIdle, true)
  })

  test('ends the client\'s round when a heartbeat reports a rebalance, not when a heartbeat failed', async () => {
    for (const [failure, isTold] of [[Object.assign(new Error('rebalance'), { type: 'REBALANCE_IN_PROGRESS' }), true], [new Error('no connection'), false]] as const) {
      const { consumer, open, clock } = rig()
      const release = Promise.withResolvers<undefined>()
      await using member = await open(async () => {
        await release.promise
      })
      consumer.heartbeatFailure = failure
      const fetched = Promise.allSettled([consumer.fetched()])
      await clock.advance(150)
      release.resolve(undefined)

      assert.deepEqual((await fetched)[0], isTold ? { status: 'rejected', reason: failure } : { status: 'fulfilled', value: undefined })
      assert.deepEqual(member.assigned, [0, 2])
    }
  })

  test('is over when the client crashes, and when nothing is fetched for too long', async () => {
    const crashed = rig()
    await using one = await crashed.open()
    crashed.consumer.emit('crash', { error: new Error('retries used up') })
    const { err, isHandlers } = await one.over
    assert.ok(isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.message.includes('retries used up') && !isHandlers)

    const stalled = rig()
    await using two = await stalled.open()
    await stalled.clock.advance(900)
    stalled.consumer.emit('fetch', {})
    await stalled.clock.advance(900)
    assert.equal(await Promise.race([two.over, Promise.resolve('on')]), 'on')
    await stalled.clock.advance(300)
    assert.ok(isProbeError((await two.over).err, 'PP_BUS_UNAVAILABLE'))
  })

  test('is over with the failure of its handler', async () => {
    const { consumer, open } = rig()
    const failure = new RangeError('handler is broken')
    await using member = await open(async () => {
      throw failure
    })
    await consumer.fetched()

    assert.deepEqual(await member.over, { err: failure, isHandlers: true })
  })

  test('is over when a commit cannot get through, but not when the group moved on', async () => {
    for (const [failure, isOver] of [[new Error('no connection'), true], [Object.assign(new Error('moved on'), { type: 'ILLEGAL_GENERATION' }), false]] as const) {
      const { consumer, open } = rig()
      consumer.commitFailure = failure
      const member: KafkaMember = await open(async ({ partition }) => {
        assert.equal(await member.commits.commit(partition, 9), false)
      })
      await assert.rejects(consumer.fetched(), err => err === failure)

      const state = { isOver: false }
      void member.over.then(() => {
        state.isOver = true
      })
      await new Promise(resolve => setImmediate(resolve))
      assert.equal(state.isOver, isOver)
      await member[Symbol.asyncDispose]()
    }
  })

  test('does not wait for ever for a client that does not come to an end', async () => {
    const { consumer, open, clock, cuts } = rig()
    const member = await open()
    consumer.disconnects = Promise.withResolvers<undefined>().promise
    await clock.runUntil(member[Symbol.asyncDispose]())

    assert.equal(cuts(), 1)
  })
})
