import { after, before, suite } from 'node:test'
import { pino } from 'pino'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { eventBusConformance } from '../core/bus/event-bus-conformance.ts'
import { apart, namedApart } from '../support/network/unique-names.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import type { EventBus } from '../../core/bus/port/event-bus.ts'

const found = kafka.find()
const { signal } = new AbortController()
const deps = { log: pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' }), clock: systemClock }

suite('Kafka', { skip: 'missing' in found ? found.missing : false }, () => {
  let server: KafkaServer

  before(async () => {
    server = await KafkaServer.open('at' in found ? found.at : '')
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
  })

  eventBusConformance('Kafka', async () => {
    const name = apart()
    const another = async (): Promise<EventBus> => {
      return namedApart(await KafkaBus.open(deps, { brokers: server.brokers, clientId: 'test' }, signal, { heartbeatMs: 100, maxWaitMs: 100 }), name)
    }
    const bus = await another()
    const stack = new AsyncDisposableStack()

    return {
      bus,
      another,
      stack,
      [Symbol.asyncDispose]: async () => {
        await stack.disposeAsync()
        await bus[Symbol.asyncDispose]()
      }
    }
  })
})
