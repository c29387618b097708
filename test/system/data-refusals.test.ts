// What an operator of a consumer gets wrong: each mistake ends the process soon, with its own code, the way out in
// the message, and both in the termination log that Kubernetes shows.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { kafka } from '../../scripts/provision/kafka.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { ConsumerProcess } from '../support/data-path/consumer-process.ts'
import { missingServers } from '../support/data-path/data-path.ts'
import { Certificates } from '../support/servers/certificates.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { ConsumerConfigInput } from '../../core/contracts/process-config.ts'
import type { ErrorCode } from '../../core/errors.ts'

// Three times what is promised: the machine may be busy.
const LIMIT_MS = 120_000

type Kafka = NonNullable<ConsumerConfigInput['bus']['kafka']>
type Mysql = NonNullable<ConsumerConfigInput['store']['mysql']>

suite('a consumer with a mistake in its configuration', missingServers === undefined ? {} : { skip: missingServers }, () => {
  const stack = new AsyncDisposableStack()
  let broker: KafkaServer
  let sql: SqlServer
  let folder: TempFolder
  let stranger: Certificates

  before(async () => {
    const [jars, program] = [kafka.find(), mariadb.find()]
    folder = stack.use(new TempFolder())
    broker = stack.use(await KafkaServer.open('at' in jars ? jars.at : '', { users: { peerprobe: 'right' } }))
    sql = stack.use(await SqlServer.open(mariadbKind('at' in program ? program.at : '')))
    const strange = stack.use(new TempFolder())
    stranger = new Certificates(strange.path)
    writeFileSync(folder.file('right'), 'right')
    writeFileSync(folder.file('wrong'), 'wrong')
    const root = await sql.root()
    await root.query('CREATE DATABASE good; CREATE DATABASE barred; CREATE USER peerprobe IDENTIFIED BY \'right\'; GRANT ALL ON good.* TO peerprobe; GRANT SELECT ON barred.* TO peerprobe')
    await root.end()
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const kafkaOf = (rest: Partial<Kafka> = {}): Kafka => ({ brokers: broker.brokers, clientId: 'test', ...rest })
  const scramOf = (passwordFile: string, caFile = broker.security!.caFile): Kafka => kafkaOf({
    brokers: [`127.0.0.1:${String(broker.security!.scramPort)}`],
    tls: { caFile },
    sasl: { mechanism: 'scram-sha-512', username: 'peerprobe', passwordFile: folder.file(passwordFile) }
  })
  const mysqlOf = (rest: Partial<Mysql> = {}): Mysql => ({ host: '127.0.0.1', port: sql.port, database: 'good', username: 'peerprobe', passwordFile: folder.file('right'), ...rest })

  const TABLE: [string, ErrorCode, RegExp, () => { kafka?: Kafka, mysql?: Mysql }][] = [
    ['a wrong password of Kafka', 'PP_BUS_AUTH', /check the user name, the password/, () => ({ kafka: scramOf('wrong') })],
    ['an authority that did not sign Kafka\'s certificate', 'PP_BUS_TLS', /check the certificate authority/, () => ({ kafka: scramOf('right', stranger.caFile) })],
    ['a topic that does not exist', 'PP_TOPIC_MISSING', /create it, or correct its name/, () => ({})],
    ['a topic that the user may not read', 'PP_BUS_FORBIDDEN', /grant this user access/, () => ({ kafka: scramOf('right') })],
    ['a wrong password of the database', 'PP_STORE_AUTH', /password/, () => ({ mysql: mysqlOf({ passwordFile: folder.file('wrong') }) })],
    ['an authority that did not sign the database\'s certificate', 'PP_STORE_TLS', /authority|caFile/, () => ({ mysql: mysqlOf({ tls: { caFile: stranger.caFile } }) })],
    ['a database that does not exist', 'PP_STORE_DATABASE_MISSING', /CREATE DATABASE|create/i, () => {
      return { mysql: mysqlOf({ database: 'none', username: 'root', passwordFile: folder.file('empty') }) }
    }],
    ['a user without the grants', 'PP_STORE_GRANT_MISSING', /GRANT/, () => ({ mysql: mysqlOf({ database: 'barred' }) })]
  ]

  for (const [mistake, code, wayOut, overrides] of TABLE) {
    test(`says ${code} of ${mistake}`, async () => {
      writeFileSync(folder.file('empty'), '')
      const { kafka: bus = kafkaOf(), mysql = mysqlOf() } = overrides()
      writeFileSync(folder.file('consumer.json'), JSON.stringify({
        admin: { port: 0 },
        bus: { kafka: bus },
        store: { mysql },
        topic: 'visits',
        deadLetterTopic: 'visits-dead-letters',
        group: 'g',
        terminationLog: folder.file('termination')
      } satisfies ConsumerConfigInput))
      await using consumer = new ConsumerProcess(folder.file('consumer.json'))
      const limit = AbortSignal.timeout(LIMIT_MS)
      const exitCode = await Promise.race([consumer.ended, new Promise<string>((resolve) => {
        limit.addEventListener('abort', () => {
          resolve('still running')
        })
      })])

      assert.ok(exitCode === 1 || exitCode === 64, `${String(exitCode)}: ${consumer.output}`)
      const lastWords = readFileSync(folder.file('termination'), 'utf8')
      assert.ok(lastWords.includes(code), lastWords)
      assert.match(lastWords, wayOut)
    })
  }
})
