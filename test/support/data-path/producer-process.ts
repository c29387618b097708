// A producer in a separate process, which a test kills. It publishes the stream from a given visit on and reports what was acknowledged.
import { pino } from 'pino'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { messagesOf } from './visit-stream.ts'

const [brokers = '', topic = '', from = '0', to = '0'] = process.argv.slice(2)
const { signal } = new AbortController()
const WAVE = 250

await using bus = await KafkaBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { brokers: brokers.split(','), clientId: 'producer' }, signal)

for (let start = Number(from); start < Number(to); start += WAVE) {
  const end = Math.min(Number(to), start + WAVE)
  await bus.publish(topic, messagesOf(start, end), signal)
  process.send?.(end)
}

process.disconnect()
