// A member of a group in a process of its own, which a test kills.
import { pino } from 'pino'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'

const [brokers = '', topic = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const config = { brokers: brokers.split(','), clientId: 'member' }
const bus = await KafkaBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, config, signal, { sessionMs: 2_000, heartbeatMs: 100, maxWaitMs: 100 })
const subscription = await bus.subscribe({ topic, group: topic, maxMessages: 10 }, async () => undefined, signal)
process.send?.('joined')
await subscription.ended
