/** `npm run bench:produce`: the cost of publishing a visit to a real Kafka, compressed and acknowledged by all replicas, in batches and one at a time. */
import { availableParallelism, cpus } from 'node:os'
import { Command } from 'commander'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { createLogger } from '../../core/process/logger.ts'
import { wholeNumber } from '../../core/text/option-text.ts'
import { systemClock } from '../../core/time/clock.ts'
import { KafkaServer } from '../../test/support/servers/kafka-server.ts'
import { kafka } from '../provision/kafka.ts'
import { loadMessage, loadVisit } from './consume/visit-load.ts'
import { markdownTable } from './markdown-table.ts'
import { medianOf } from './median.ts'
import { cpuMsOf } from './process-cost.ts'

interface Figures { messagesPerSecond: number, cpuMicrosPerMessage: number }

const { messages, runs, json } = new Command('bench:produce')
  .description('Publishes visits to a real Kafka and measures the cost of each, including serialisation.')
  .option('--messages <n>', 'messages of a run', wholeNumber(1_000, 1_000_000), 50_000)
  .option('--runs <n>', 'runs, of which the median is reported', wholeNumber(1, 100), 3)
  .option('--json', 'one JSON object instead of a table', false)
  .parse()
  .opts<{ messages: number, runs: number, json: boolean }>()

// Batches as the crawler's publisher sends them under load, and a few hundred messages one by one.
const WAVE = 500
const SINGLES = 500
const CRAWL_ID = 1_767_225_600
const { signal } = new AbortController()

const found = await kafka.provide(signal)
await using broker = await KafkaServer.open('at' in found ? found.at : '')
await using bus = await KafkaBus.open({ log: createLogger({ level: 'silent' }), clock: systemClock }, { brokers: broker.brokers, clientId: 'bench' }, signal)
await bus.ensureTopic({ name: 'ipfs-nodes', partitions: 3, retentionMs: 86_400_000 }, signal)
await publish(WAVE, 10 * WAVE) // the first messages include the cost of the start

const waves: Figures[] = []
const singles: Figures[] = []

for (let run = 0; run < runs; run++) {
  waves.push(await publish(WAVE, messages))
  singles.push(await publish(1, SINGLES))
}

const results = [{ design: `${String(WAVE)} at a time`, ...medianOf(waves) }, { design: 'one at a time', ...medianOf(singles) }]
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
process.stdout.write(json
  ? `${JSON.stringify({ date: new Date().toISOString(), ...machine, messages, runs, results })}\n`
  : `${table()}\n\nmedians of ${String(runs)}; Node ${machine.node}, ${String(machine.cores)} cores, ${machine.cpu}\n`)

async function publish (wave: number, count: number): Promise<Figures> {
  const startedAt = performance.now()
  const cpuBefore = cpuMsOf(process.pid)

  for (let start = 0; start < count; start += wave) {
    await bus.publish('ipfs-nodes', Array.from({ length: wave }, (_, i) => loadMessage(loadVisit(start + i, CRAWL_ID))), signal)
  }

  return {
    messagesPerSecond: count / (performance.now() - startedAt) * 1_000,
    cpuMicrosPerMessage: (cpuMsOf(process.pid) - cpuBefore) * 1_000 / count
  }
}

function table (): string {
  const reference = results[1]?.messagesPerSecond ?? 1

  return markdownTable(['design', 'messages/s', 'ratio', 'CPU-µs/message'], results.map(({ design, messagesPerSecond, cpuMicrosPerMessage }) =>
    [design, messagesPerSecond.toFixed(0), (messagesPerSecond / reference).toFixed(1), cpuMicrosPerMessage.toFixed(0)]))
}
