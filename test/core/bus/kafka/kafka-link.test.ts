import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { asKafkaError } from '../../../../core/bus/kafka/client/kafka-error.ts'
import { KafkaLink } from '../../../../core/bus/kafka/kafka-link.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { signal } from '../event-bus-fixture.ts'
import type { Connectable } from '../../../../core/bus/kafka/kafka-link.ts'

interface Client extends Connectable { id: number }
interface Rig { link: KafkaLink<Client>, clock: FakeClock, events: string[], failNextConnect: () => void }

function rig (isRepeatable = false): Rig {
  const events: string[] = []
  const clock = new FakeClock()
  const state = { made: 0, failing: false }
  const link = new KafkaLink<Client>({
    log: pino({ level: 'silent' }),
    clock,
    brokers: ['a:1'],
    isRepeatable,
    asError: (err, topic) => asKafkaError(err, ['a:1'], topic),
    create: () => {
      const id = ++state.made
      return {
        id,
        connect: async () => {
          events.push(`connect ${String(id)}`)
          if (state.failing) {
            state.failing = false
            throw Object.assign(new Error('refused'), { name: 'KafkaJSSASLAuthenticationError' })
          }
        },
        disconnect: async () => {
          events.push(`disconnect ${String(id)}`)
        }
      }
    }
  })

  return {
    link,
    clock,
    events,
    failNextConnect: () => {
      state.failing = true
    }
  }
}

suite('KafkaLink', () => {
  test('makes a call again, with a fresh client, while the cluster is not ready for it, where calls may be repeated', async () => {
    for (const isRepeatable of [true, false]) {
      const { link, clock, events } = rig(isRepeatable)
      let calls = 0
      const calling = Promise.allSettled([link.use(async () => {
        if (++calls < 4) {
          throw Object.assign(new Error('This is not the correct coordinator for this group'), { type: 'NOT_COORDINATOR_FOR_GROUP' })
        }
        return 'answer'
      }, signal)])
      const [result] = await clock.runUntil(calling)

      assert.deepEqual([result.status, calls], isRepeatable ? ['fulfilled', 4] : ['rejected', 1])
      assert.equal(events.filter(event => event.startsWith('connect')).length, calls)
    }
  })

  test('ends by the limit of the call where the cluster never gets ready', async () => {
    const { link, clock } = rig(true)
    const startMs = clock.monotonic()
    await assert.rejects(clock.runUntil(link.use(async () => {
      throw Object.assign(new Error('loading'), { type: 'GROUP_LOAD_IN_PROGRESS' })
    }, signal, { limitMs: 5_000 })), err => isProbeError(err, 'PP_BUS_SETTLING') && err.message.includes('__consumer_offsets'))

    assert.ok(clock.monotonic() - startMs < 8_000)
  })

  test('drops its client on request, and connects again when it is used', async () => {
    const { link, events } = rig()
    await link.use(async ({ id }) => id, signal)
    await link.renew()
    await link.renew()

    assert.equal(await link.use(async ({ id }) => id, signal), 2)
    assert.deepEqual(events, ['connect 1', 'disconnect 1', 'connect 2'])
  })

  test('connects when it is first used, once for several calls', async () => {
    const { link, events } = rig()
    assert.deepEqual(events, [])
    const ids = await Promise.all([link.use(async ({ id }) => id, signal), link.use(async ({ id }) => id, signal)])

    assert.deepEqual(ids, [1, 1])
    assert.deepEqual(events, ['connect 1'])
  })

  test('throws the client away after a failure, names the failure, and starts again', async () => {
    const { link, events } = rig()
    const failing = link.use(async () => {
      throw new RangeError('broken')
    }, signal, { topic: 'visits' })

    await assert.rejects(failing, err => isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.message.includes('a:1, topic visits: broken'))
    assert.equal(await link.use(async ({ id }) => id, signal), 2)
    assert.deepEqual(events, ['connect 1', 'disconnect 1', 'connect 2'])
  })

  test('tells why it cannot connect, and tries again next time', async () => {
    const { link, failNextConnect } = rig()
    failNextConnect()

    await assert.rejects(link.use(async ({ id }) => id, signal), err => isProbeError(err, 'PP_BUS_AUTH'))
    assert.equal(await link.use(async ({ id }) => id, signal), 2)
  })

  test('waits no longer than its limit', async () => {
    const { link, clock } = rig()
    const waiting = link.use(async () => await Promise.withResolvers<never>().promise, signal, { limitMs: 500 })
    const rejected = assert.rejects(waiting, err => isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.message.includes('within 500 ms'))
    await clock.advance(500)
    await rejected
  })

  test('keeps the client when a caller loses patience', async () => {
    const { link, events } = rig()
    const controller = new AbortController()
    const waiting = link.use(async () => await Promise.withResolvers<never>().promise, controller.signal)
    controller.abort()

    await assert.rejects(waiting, { name: 'AbortError' })
    assert.equal(await link.use(async ({ id }) => id, signal), 1)
    assert.deepEqual(events, ['connect 1'])
  })

  test('disconnects when closed, and is of no use then', async () => {
    const { link, events } = rig()
    await link.use(async ({ id }) => id, signal)
    await link[Symbol.asyncDispose]()

    await assert.rejects(link.use(async ({ id }) => id, signal), err => isProbeError(err, 'PP_BUS_CLOSED'))
    assert.deepEqual(events, ['connect 1', 'disconnect 1'])
  })
})
