import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { asKafkaError } from '../../../core/bus/kafka-error.ts'
import { KafkaLink } from '../../../core/bus/kafka-link.ts'
import { isProbeError } from '../../../core/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { signal } from './event-bus-fixture.ts'
import type { Connectable } from '../../../core/bus/kafka-link.ts'

interface Client extends Connectable { id: number }
interface Rig { link: KafkaLink<Client>, clock: FakeClock, events: string[], failNextConnect: () => void }

function rig (): Rig {
  const events: string[] = []
  const clock = new FakeClock()
  const state = { made: 0, failing: false }
  const link = new KafkaLink<Client>({
    log: pino({ level: 'silent' }),
    clock,
    brokers: ['a:1'],
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
  test('connects when it is first used, once for several calls', async () => {
    const { link, events } = rig()
    assert.deepEqual(events, [])
    const ids = await Promise.all([link.use(async ({ id }) => id, signal), link.use(async ({ id }) => id, signal)])

    assert.deepEqual(ids, [1, 1])
    assert.deepEqual(events, ['connect 1'])
  })

  test('throws the client away after a failure, names the failure, and begins anew', async () => {
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
