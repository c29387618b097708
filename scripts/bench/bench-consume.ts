/**
 * `npm run bench:consume`: the cost of a message from a real Kafka into a real database of the MySQL family,
 * compared with the one-transaction-per-message design in the same run.
 */
import { availableParallelism, cpus } from 'node:os'
import { Command, Option } from 'commander'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { createLogger } from '../../core/process/logger.ts'
import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { systemClock } from '../../core/time/clock.ts'
import { KafkaServer } from '../../test/support/servers/kafka-server.ts'
import { mariadbKind } from '../../test/support/servers/mariadb-server.ts'
import { mysqlKind } from '../../test/support/servers/mysql-server.ts'
import { SqlServer } from '../../test/support/servers/sql-server.ts'
import { TempFolder } from '../../test/support/temp-folder.ts'
import { kafka } from '../provision/kafka.ts'
import { mariadb } from '../provision/mariadb.ts'
import { mysql } from '../provision/mysql.ts'
import { consumeFigures, consumeTable } from './consume/consume-result.ts'
import { runBatched, runNaive } from './consume/consume-run.ts'
import { loadMessage, loadVisit } from './consume/visit-load.ts'
import { medianOf } from './median.ts'
import type { Part } from '../provision/part.ts'
import type { ConsumeCounts, ConsumeFigures, ConsumeResult } from './consume/consume-result.ts'
import type { ConsumePlaces } from './consume/consume-run.ts'

interface Options { peers: number, naive: number, runs: number, server: 'mariadb' | 'mysql', profile?: string, json: boolean }

const { peers, naive, runs, server, profile, json } = new Command('bench:consume')
  .description('Consumes from a real Kafka into a real database and measures what each row costs.')
  .option('--peers <n>', 'peers, each seen in two crawls', wholeNumber(1_000, 1_000_000), 20_000)
  .option('--naive <n>', 'messages for the design that is compared', wholeNumber(100, 1_000_000), 2_000)
  .option('--runs <n>', 'runs, of which the median is reported', wholeNumber(1, 100), 3)
  .addOption(new Option('--server <name>', 'the database').choices(['mariadb', 'mysql']).default('mariadb'))
  .option('--profile <dir>', 'write CPU profiles of the consuming processes to this folder', nonEmpty)
  .option('--json', 'one JSON object instead of a table', false)
  .parse()
  .opts<Options>()

const WAVE = 1_000
const FIRST_CRAWL = 1_767_225_600
const SECOND_CRAWL = FIRST_CRAWL + 600
const { signal } = new AbortController()
const log = createLogger({ level: 'silent' })

await using stack = new AsyncDisposableStack()
const broker = stack.use(await KafkaServer.open(await at(kafka)))
const sql = stack.use(await SqlServer.open(server === 'mysql' ? mysqlKind(await at(mysql)) : mariadbKind(await at(mariadb)), ['--innodb-buffer-pool-size=1G']))
const bus = stack.use(await KafkaBus.open({ log, clock: systemClock }, { brokers: broker.brokers, clientId: 'bench' }, signal))
const figures = new Map<string, ConsumeFigures[]>()

for (let run = 1; run <= runs; run++) {
  await measureOnce(run)
}

const results = [...figures].map(([name, all]): ConsumeResult => {
  const [design, load] = name.split('|') as [ConsumeResult['design'], ConsumeResult['load']]
  return { design, load, figures: medianOf(all) }
})
const conditions = `${server}, ${String(peers)} peers, medians of ${String(runs)}`
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
process.stdout.write(json
  ? `${JSON.stringify({ date: new Date().toISOString(), ...machine, server, peers, runs, results })}\n`
  : `${consumeTable(results)}\n\n${conditions}; Node ${machine.node}, ${String(machine.cores)} cores, ${machine.cpu}\n`)

async function measureOnce (run: number): Promise<void> {
  const database = `run${String(run)}`
  using folder = new TempFolder()
  const batched = await places(`${database}-batched`, database)
  await publish(batched.topic, peers, FIRST_CRAWL)
  const publishSecond = async (): Promise<void> => {
    await publish(batched.topic, peers, SECOND_CRAWL)
  }
  const [first, second] = await runBatched(batched, { messages: peers, publishSecond, profileDir: profile }, folder.path)
  note('batched', 'new peers', first)
  note('batched', 'peers seen again', second)

  const naiveDatabase = `${database}_naive`
  // A topic for each crawl: the naive process reads one topic to its end and keeps no state.
  for (const [load, crawlId] of [['new peers', FIRST_CRAWL], ['peers seen again', SECOND_CRAWL]] as const) {
    const beside = await places(`${database}-naive-${String(crawlId)}`, naiveDatabase)
    await copyTables(database, naiveDatabase)
    await publish(beside.topic, naive, crawlId)
    note('naive', load, await runNaive(beside, naive))
  }
}

function note (design: ConsumeResult['design'], load: ConsumeResult['load'], counts: ConsumeCounts): void {
  const name = `${design}|${load}`
  const seen = consumeFigures(counts)
  figures.set(name, [...figures.get(name) ?? [], seen])
  process.stderr.write(`${design}, ${load}: ${JSON.stringify(seen)}\n`)
}

async function places (topic: string, database: string): Promise<ConsumePlaces> {
  for (const each of [topic, `${topic}-dead-letters`]) {
    await bus.ensureTopic({ name: each, partitions: 3, retentionMs: 86_400_000 }, signal)
  }

  const root = await sql.root()
  await root.query(`CREATE DATABASE IF NOT EXISTS ${database}`)
  await root.end()

  return { brokers: broker.brokers, topic, database, sqlPort: sql.port, sqlPid: sql.pid }
}

/** Puts the visits of one crawl on a topic. */
async function publish (topic: string, count: number, crawlId: number): Promise<void> {
  for (let start = 0; start < count; start += WAVE) {
    const peersOfWave = Array.from({ length: Math.min(WAVE, count - start) }, (_, i) => start + i)
    await bus.publish(topic, peersOfWave.map(peer => loadMessage(loadVisit(peer, crawlId))), signal)
  }
}

/** The naive design gets the same two tables, empty if they do not exist yet. */
async function copyTables (from: string, to: string): Promise<void> {
  const root = await sql.root()
  await root.query(`CREATE TABLE IF NOT EXISTS ${to}.node_info LIKE ${from}.node_info; CREATE TABLE IF NOT EXISTS ${to}.address_info LIKE ${from}.address_info`)
  await root.end()
}

async function at (part: Part): Promise<string> {
  const found = await part.provide(signal)

  if ('missing' in found) {
    throw new TypeError(found.missing)
  }

  return found.at
}
