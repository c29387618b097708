import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { pino } from 'pino'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { retry } from '../../../core/time/backoff.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { apart } from '../network/unique-names.ts'
import { openTogether } from '../open-together.ts'
import { KafkaServer } from '../servers/kafka-server.ts'
import { mariadbKind } from '../servers/mariadb-server.ts'
import { SqlServer } from '../servers/sql-server.ts'
import { TempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { ConsumerProcess } from './consumer-process.ts'
import { messagesOf, rowOf } from './visit-stream.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'
import type { ConsumerConfigInput } from '../../../core/contracts/process-config.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { RowDataPacket } from 'mysql2/promise'

/** Why the servers of the data path cannot run here, or undefined. */
export const missingServers = [kafka.find(), mariadb.find()].flatMap(found => 'missing' in found ? [found.missing] : [])[0]

const { signal } = new AbortController()
const log = pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' })

// Messages of one publish, as sent by a busy crawler.
const WAVE = 250
const SETTLED_LIMIT_MS = 180_000

/** A real Kafka and a real database server for a suite; each test has its own lane on them. */
export class DataPath implements AsyncDisposable {
  readonly kafka: KafkaServer
  readonly sql: SqlServer

  private constructor (broker: KafkaServer, sql: SqlServer) {
    this.kafka = broker
    this.sql = sql
  }

  static async open ({ nodes = 1 }: { nodes?: number } = {}): Promise<DataPath> {
    await using stack = new AsyncDisposableStack()
    const [jars, program] = [kafka.find(), mariadb.find()]
    const [broker, sql] = await openTogether<[KafkaServer, SqlServer]>(stack, [
      KafkaServer.open('at' in jars ? jars.at : '', { nodes }),
      SqlServer.open(mariadbKind('at' in program ? program.at : ''))
    ])
    stack.move()

    return new DataPath(broker, sql)
  }

  /** Creates a lane with its own topic, database and configuration. */
  async lane (overrides: Partial<ConsumerConfigInput> = {}): Promise<DataLane> {
    const name = apart()
    const root = await this.sql.root()
    await root.query(`CREATE DATABASE \`${name}\``)
    await root.end()

    return await DataLane.open(this, name, overrides)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all([this.kafka[Symbol.asyncDispose](), this.sql[Symbol.asyncDispose]()])
  }
}

/** One topic that consumers write to one database. */
export class DataLane implements AsyncDisposable {
  readonly name: string
  readonly bus: KafkaBus
  readonly configPath: string
  readonly #path: DataPath
  readonly #stack: AsyncDisposableStack

  private constructor (path: DataPath, name: string, parts: { bus: KafkaBus, configPath: string, stack: AsyncDisposableStack }) {
    this.#path = path
    this.name = name
    this.bus = parts.bus
    this.configPath = parts.configPath
    this.#stack = parts.stack
  }

  static async open (path: DataPath, name: string, overrides: Partial<ConsumerConfigInput>): Promise<DataLane> {
    const stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    const kafkaConfig = { brokers: path.kafka.brokers, clientId: 'test' }
    const bus = stack.use(await KafkaBus.open({ log, clock: systemClock }, kafkaConfig, signal))

    for (const topic of [name, `${name}-dead-letters`]) {
      await bus.ensureTopic({ name: topic, partitions: 3, retentionMs: 3_600_000 }, signal)
    }

    writeFileSync(folder.file('password'), '')
    writeFileSync(folder.file('consumer.json'), JSON.stringify({
      admin: { port: 0 },
      logLevel: 'warn',
      bus: { kafka: kafkaConfig },
      topic: name,
      deadLetterTopic: `${name}-dead-letters`,
      group: name,
      store: { mysql: { host: '127.0.0.1', port: path.sql.port, database: name, username: 'root', passwordFile: folder.file('password') } },
      ...overrides
    } satisfies ConsumerConfigInput))

    return new DataLane(path, name, { bus, configPath: folder.file('consumer.json'), stack })
  }

  /** Starts a consumer; it need not be ready. */
  consumer (): ConsumerProcess {
    return this.#stack.use(new ConsumerProcess(this.configPath))
  }

  /** Publishes visits `from` up to `to` (exclusive) like a crawler: each batch is retried until it is acknowledged. */
  async publishRange (from: number, to: number, poisonEvery?: number): Promise<void> {
    for (let start = from; start < to; start += WAVE) {
      await this.publish(messagesOf(start, Math.min(to, start + WAVE), poisonEvery))
    }
  }

  async publish (messages: readonly OutgoingMessage[]): Promise<void> {
    await retry(async () => {
      await this.bus.publish(this.name, messages, signal)
    }, { signal, attempts: Infinity, maxMs: 1_000 })
  }

  /** Resolves when the consumers have committed everything. */
  async settled (): Promise<void> {
    await until('nothing waits', async () => {
      const lag = await this.bus.groupLag(this.name, this.name, signal).catch(() => new Map([[0, 1]])) // a broker is starting: not yet
      return [...lag.values()].every(n => n === 0)
    }, SETTLED_LIMIT_MS)
  }

  /** Rows of a query on the lane's database. */
  async rows (sql: string): Promise<Record<string, unknown>[]> {
    const root = await this.#path.sql.root()

    try {
      const [results] = await root.query<RowDataPacket[][]>({ sql: `USE \`${this.name}\`; SET time_zone = '+00:00'; ${sql}`, dateStrings: true })
      return results.at(-1) ?? []
    } finally {
      await root.end()
    }
  }

  /** Asserts that the database contains exactly these visits, each once, and a row for each contacted peer. */
  async assertHolds (visits: readonly Visit[]): Promise<void> {
    const stored = (await this.rows('SELECT crawl_id, node_id, outcome, started_at FROM visit_detail')).map(row => Object.values(row).join(' '))
    const [counts] = await this.rows('SELECT (SELECT COUNT(*) FROM visit) AS visits, (SELECT COUNT(*) FROM node_info) AS nodes')

    assert.deepEqual(stored.sort(), visits.map(rowOf).sort())
    assert.equal(Number(counts?.['visits']), visits.length)
    assert.equal(Number(counts?.['nodes']), new Set(visits.filter(({ outcome }) => outcome === 'ok').map(({ nodeId }) => nodeId)).size)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack.disposeAsync()
  }
}
