// A manifest with `brokers` and `mysql`: the local runner uses those, as a cluster would, with the Secrets beside it.
import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import kafkajs from 'kafkajs'
import { stringify } from 'yaml'
import { KafkaClient } from '../../core/bus/kafka/client/kafka-client.ts'
import { createLogger } from '../../core/process/logger.ts'
import { devnetManifest } from '../../local/devnet/devnet-manifest.ts'
import { Devnet } from '../../local/devnet/devnet.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { LocalRun } from '../support/local-run.ts'
import { freePortPair } from '../support/servers/free-ports.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { RowDataPacket } from 'mysql2/promise'

const { AclOperationTypes: { ALL }, AclPermissionTypes: { ALLOW }, AclResourceTypes: { GROUP, TOPIC }, ResourcePatternTypes: { PREFIXED } } = kafkajs

interface Result {
  crawl: { state: string }
  population: { contacted: number }
  database: string
}

const [jars, program] = [kafka.find(), mariadb.find()]
const skip = [jars, program].flatMap(found => 'missing' in found ? [found.missing] : [])[0]
const secret = (name: string, stringData: Record<string, string>): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData })
const password = 'it\'s; DROP TABLE node_info'

suite('npm start with a Kafka and a database of one\'s own', skip === undefined ? {} : { skip }, () => {
  const stack = new AsyncDisposableStack()
  let broker: KafkaServer
  let sql: SqlServer
  let devnet: Devnet

  before(async () => {
    broker = stack.use(await KafkaServer.open('at' in jars ? jars.at : '', { users: { peerprobe: password } }))
    sql = stack.use(await SqlServer.open(mariadbKind('at' in program ? program.at : '')))
    devnet = stack.use(await Devnet.open({ peers: 32 }, new AbortController().signal))
    const root = await sql.root()
    await root.query('CREATE DATABASE ipfs_nodes; CREATE USER peerprobe IDENTIFIED BY ? REQUIRE SSL; GRANT ALL PRIVILEGES ON ipfs_nodes.* TO peerprobe', [password])
    await root.end()
    using plain = new KafkaClient(createLogger({ level: 'silent' }), { brokers: broker.brokers, clientId: 'test' })
    const admin = plain.kafka.admin()
    await admin.connect()
    await admin.createAcls({ acl: [TOPIC, GROUP].map(resourceType => ({ principal: 'User:peerprobe', resourceType, resourceName: 'ipfs-node', resourcePatternType: PREFIXED, host: '*', operation: ALL, permissionType: ALLOW })) })
    await admin.disconnect()
  })
  after(async () => {
    await stack.disposeAsync()
  })

  async function rows (text: string): Promise<Record<string, unknown>[]> {
    const root = await sql.root()

    try {
      const [found] = await root.query<RowDataPacket[]>(`USE ipfs_nodes; ${text}`)
      return found[1] as Record<string, unknown>[]
    } finally {
      await root.end()
    }
  }

  // A port of its own: tests that run beside this one take the default one as well.
  async function manifest (): Promise<object[]> {
    const { spec, ...head } = devnetManifest(devnet.truth, await freePortPair())
    const ca = { caSecret: { name: 'test-ca' } }
    // A busy machine makes no near peer late.
    Object.assign(spec.scans[0]!.active!, { dialTimeout: '10s', visitTimeout: '30s' })

    return [{
      ...head,
      spec: {
        ...spec,
        kafka: { brokers: [`127.0.0.1:${String(broker.security?.scramPort)}`], tls: { caSecret: { name: 'kafka-ca' } }, authentication: { type: 'scram-sha-512', secret: 'kafka-me' } },
        mysql: { host: '127.0.0.1', port: sql.port, database: 'ipfs_nodes', credentialsSecret: { name: 'mysql-me', userKey: 'user' }, tls: ca }
      }
    }]
  }

  test('crawls the practice network into them: every peer that answers is a row, and no message waits', async () => {
    using folder = new TempFolder()
    const secrets = [secret('kafka-me', { username: 'peerprobe', password }), secret('mysql-me', { user: 'peerprobe', password })]
    writeFileSync(folder.file('probe.yaml'), [...await manifest(), ...secrets].map(document => stringify(document)).join('---\n'))
    writeSecretFiles(folder)

    await using run = new LocalRun(['probe.yaml', '--once', '--json', '--data', 'data', '--secrets', 'mounted'], { cwd: folder.path })
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 0, stderr)
    const { crawl, population, database } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Result

    assert.equal(database, `mysql://peerprobe@127.0.0.1:${String(sql.port)}/ipfs_nodes`)
    assert.equal(crawl.state, 'finished')
    const living = devnet.truth.peers.filter(({ role }) => role === 'server' || role === 'client')
    assert.equal(population.contacted, living.length)
    assert.deepEqual(
      (await rows('SELECT node_id, agent_version FROM node_info')).map(row => [row['node_id'], row['agent_version']]).sort(),
      living.map(({ id, agentVersion }) => [id, agentVersion]).sort()
    )
    assert.deepEqual(
      new Set((await rows('SELECT node_id FROM visit_detail')).map(row => row['node_id'])),
      new Set(devnet.truth.peers.map(({ id }) => id))
    )
  })

  function writeSecretFiles (folder: TempFolder): void {
    for (const [name, caFile] of [['kafka-ca', broker.security!.caFile], ['test-ca', sql.caFile]] as const) {
      cpSync(caFile, folder.file(`mounted/${name}/ca.crt`), { recursive: true })
    }
  }

  test('names every Secret that is not there', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('probe.yaml'), (await manifest()).map(document => stringify(document)).join('---\n'))
    await using run = new LocalRun(['probe.yaml', '--once'], { cwd: folder.path })
    const { code, stderr } = await run.ended

    assert.equal(code, 64)
    assert.match(stderr, /Secrets: 6 problems/)
    assert.match(stderr, /spec\.mysql\.credentialsSecret: the key user of Secret mysql-me is missing/)
  })
})
