// The commands of docs/troubleshooting.md for Kafka's and MySQL's own tools, as they are written there, on real servers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { DEAD_LETTER_FORMS } from '../../consumer/pipeline/dead-letter-forms.ts'
import { MysqlStore } from '../../consumer/store/mysql/mysql-store.ts'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { ProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { findProgram } from '../../scripts/provision/programs.ts'
import { collector, numbered } from '../core/bus/event-bus-fixture.ts'
import { MysqlDatabases } from '../support/consumer/mysql-databases.ts'
import { patternOf, stepsOf } from '../support/documents/guide.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { Step } from '../support/documents/guide.ts'

// Kafka's scripts start these classes; the jars come without the scripts.
const KAFKA_TOOLS = {
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-consumer-groups.sh': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand'
}
const GUIDE = stepsOf(fileURLToPath(new URL('../../docs/troubleshooting.md', import.meta.url)))
const { signal } = new AbortController()
const deps = { log: pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' }), clock: systemClock }
const MESSAGES = 12
const SERVERS = [
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind },
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind }
]

/** The blocks that call a program. */
function stepsWith (program: RegExp): Step[] {
  const steps = GUIDE.filter(({ commands }) => program.test(commands))
  assert.ok(steps.length > 0, `the guide has commands with ${String(program)}`)

  return steps
}

/** Runs a block as written and compares what it prints. */
async function follow ({ commands, prints, line }: Step, env: Record<string, string>): Promise<void> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], { env: { ...process.env, ...env } })
  assert.ok(prints !== undefined, `line ${String(line)} says what it prints`)
  assert.match(stdout, patternOf(prints), `line ${String(line)}`)
}

/** Reads and commits all messages as a consumer does; the first of them becomes a dead letter. */
async function storeAll (bus: KafkaBus): Promise<void> {
  const { all, batches, handler } = collector()
  await using subscription = await bus.subscribe({ topic: 'ipfs-nodes', group: 'ipfs-node-consumer', maxMessages: 100 }, handler, signal)
  await until('all messages are read', () => all.length === MESSAGES)
  const rejected = { kind: 'rejected' as const, message: all[0]!, err: new ProbeError('PP_LEGACY_MESSAGE', 'a message of an earlier program'), attempts: 1 }
  await bus.publish('ipfs-nodes-dead-letters', [DEAD_LETTER_FORMS[0]!(rejected, { topic: 'ipfs-nodes', at: '2026-01-31T08:00:00.000Z' })], signal)
  for (const { partition, nextOffset } of batches) {
    await subscription.commit(partition, nextOffset)
  }
}

const foundKafka = kafka.find()

suite('troubleshooting with the tools of Kafka', 'missing' in foundKafka ? { skip: foundKafka.missing } : {}, () => {
  const folder = new TempFolder()
  let server: KafkaServer

  before(async () => {
    const jars = 'at' in foundKafka ? foundKafka.at : ''
    server = await KafkaServer.open(jars)
    mkdirSync(folder.file('bin'))
    for (const [script, main] of Object.entries(KAFKA_TOOLS)) {
      writeFileSync(join(folder.file('bin'), script), `#!/bin/sh\nexec java -Xmx128m -XX:TieredStopAtLevel=1 -cp '${join(jars, '*')}' ${main} "$@"\n`, { mode: 0o755 })
    }
    await using bus = await KafkaBus.open(deps, { brokers: server.brokers, clientId: 'test' }, signal)
    for (const name of ['ipfs-nodes', 'ipfs-nodes-dead-letters']) {
      await bus.ensureTopic({ name, partitions: 3, retentionMs: 3_600_000 }, signal)
    }
    await bus.publish('ipfs-nodes', numbered(MESSAGES), signal)
    await storeAll(bus)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  for (const step of stepsWith(/^kafka-/m)) {
    test(`line ${String(step.line)}: ${step.commands.trim().split('\n')[0]!}`, async () => {
      await follow(step, { PATH: [folder.file('bin'), process.env['PATH']].join(delimiter), BROKER: server.brokers[0]! })
    })
  }
})

for (const { name, found, kindOf } of SERVERS) {
  const missing = 'missing' in found ? found.missing : findProgram('mysql') === undefined ? 'no mysql client' : undefined

  suite(`troubleshooting with the mysql client on ${name}`, missing === undefined ? {} : { skip: missing }, () => {
    let server: SqlServer

    before(async () => {
      server = await SqlServer.open(kindOf('at' in found ? found.at : ''))
      const root = await server.root()
      await root.query('CREATE DATABASE peerprobe')
      await root.end()
      await using databases = new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' })
      await using store = await MysqlStore.open(deps, { mysql: databases.configFor('peerprobe'), coalesceWindowMs: 0 })
      await store.migrate()
      writeFileSync(server.file('client.cnf'), `[client]\nhost=127.0.0.1\nport=${String(server.port)}\nuser=root\n`, { mode: 0o600 })
    })
    after(async () => {
      await server[Symbol.asyncDispose]()
    })

    for (const step of stepsWith(/^mysql /m)) {
      test(`line ${String(step.line)}: ${step.commands.trim().split('\n')[0]!}`, async () => {
        await follow(step, { CLIENT_FILE: server.file('client.cnf') })
      })
    }
  })
}
