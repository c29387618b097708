// From a manifest to rows, with the real operator: each pod runs its own command with its rendered configuration and
// Secrets, against a MariaDB and a Kafka that authorizes every request. The requests to the authorizer are compared with
// the rights of the KafkaUser: no right is missing, and none is unused.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { message } from '../../core/bus/event-bus-fixture.ts'
import { backsUp } from '../../support/cluster/backup-scene.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { enterNodeNetwork, missingNodeNetwork, NODE_ADDRESS } from '../../support/cluster/runner/node-network.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { StrimziBroker } from '../../support/cluster/strimzi-broker.ts'
import { KAD_PROTOCOL } from '../../support/network/peer-fixtures.ts'
import { serving, startPeer } from '../../support/network/peers.ts'
import { openTogether } from '../../support/open-together.ts'
import { KafkaServer } from '../../support/servers/kafka-server.ts'
import { mariadbKind } from '../../support/servers/mariadb-server.ts'
import { SqlServer } from '../../support/servers/sql-server.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const [jars, server] = [kafka.find(), mariadb.find()]
const missing = ('missing' in jars ? jars.missing : undefined) ?? ('missing' in server ? server.missing : undefined) ?? missingCluster ?? missingNodeNetwork()
const PLUGIN = fileURLToPath(new URL('../../../operator/commands/main.ts', import.meta.url))
// Three PeerProbes start at the same time, on a machine that may be busy.
const LIMIT_MS = 400_000
const { signal } = new AbortController()

interface Probe extends KubeObject { status: { lag?: number, scans: { lastCrawl?: { contacted: number } }[] } }
interface Acl { resource: { type: string, name: string }, operations: string[] }
interface KafkaUser extends KubeObject { spec: { authorization: { acls: Acl[] } } }

if (missing === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('PeerProbes whose pods run', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  let broker: KafkaServer
  let sql: SqlServer
  let rig: ClusterRig
  let bootstrap: string

  before(async () => {
    [broker, sql, rig] = await openTogether<[KafkaServer, SqlServer, ClusterRig]>(stack, [
      KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS, users: { hand: 'made' } }),
      SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS),
      ClusterRig.open({ runsPods: true })
    ])
    stack.use(await StandInStrimzi.open(rig.plane, 'password, certificate', new StrimziBroker(broker)))
    const peer = stack.use(await startPeer({ host: NODE_ADDRESS, serve: { [KAD_PROTOCOL]: serving([]) } }))
    bootstrap = `${peer.node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(peer.id)}`
    rig.operator(['--policy', JSON.stringify({ privateAddresses: true })])
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const rows = async (database: string, query: string): Promise<Record<string, unknown>[]> => {
    const root = await sql.root()

    try {
      await root.query(`USE ${database}`)
      return (await root.query(query))[0] as Record<string, unknown>[]
    } finally {
      await root.end()
    }
  }

  // A namespace with its own database, and a PeerProbe of two scans in it.
  async function start (namespace: string, kafkaSpec: object, more: object = {}): Promise<void> {
    await rig.namespace(namespace)
    const root = await sql.root()
    await root.query(`CREATE DATABASE ${namespace}; CREATE USER ${namespace} IDENTIFIED BY 'secret'; GRANT ALL ON ${namespace}.* TO ${namespace}`)
    await root.end()
    await rig.plane.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database', namespace, labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: namespace, password: 'secret' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database-ca', namespace, labels: { 'peerprobe.dev/use': 'true' } }, stringData: { 'ca.crt': readFileSync(sql.caFile, 'utf8') } }
    )
    await rig.probe(namespace, { ...specFor(namespace, kafkaSpec), ...more })
  }

  function specFor (namespace: string, kafkaSpec: object): { scans: [object, object], kafka: object, mysql: object } {
    const scan = { network: { name: 'lab', bootstrapPeers: [bootstrap], protocols: [KAD_PROTOCOL] }, active: { interval: '2s' }, addresses: { policy: 'Any' } }

    return {
      scans: [{ ...scan, name: 'main' }, { ...scan, name: 'second', passive: { enabled: false } }],
      kafka: kafkaSpec,
      mysql: { host: NODE_ADDRESS, port: sql.port, database: namespace, credentialsSecret: { name: 'database' }, tls: { caSecret: { name: 'database-ca' } } }
    }
  }

  const command = async (namespace: string, ...args: string[]): Promise<CommandEnd> => await rig.node.exec(namespace, 'amino-consumer', ['node', 'cli/main.ts', ...args])

  const files = async (namespace: string, pod: string, folder: string): Promise<string> => (await rig.node.exec(namespace, pod, ['ls', folder])).stdout

  async function works (namespace: string, topic: string): Promise<void> {
    await rig.untilReady(namespace, 'True', { limitMs: LIMIT_MS })
    await until('both scans are in the database', async () => (await rows(namespace, 'SELECT DISTINCT scan FROM crawl WHERE state = \'finished\'')).length === 2, LIMIT_MS)
    assert.deepEqual((await rows(namespace, 'SELECT DISTINCT outcome FROM visit_detail')).map(({ outcome }) => outcome), ['ok'])

    await until('the status has the figures of its processes', async () => {
      await rig.touch(namespace)
      const { status } = await rig.plane.get<Probe>('pp', 'amino', '-n', namespace)
      return status.lag !== undefined && status.scans.every(({ lastCrawl }) => lastCrawl?.contacted === 1)
    }, LIMIT_MS)

    await using bus = await KafkaBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { brokers: broker.brokers, clientId: 'test' }, signal)
    await bus.publish(topic, [message('poison', 'no visit')], signal)
    await until('it is a dead letter', async () => (await command(namespace, 'dead-letters', 'list')).stdout.endsWith('\n1 of 1\n'), LIMIT_MS)
    assert.deepEqual(await command(namespace, 'dead-letters', 'replay'), { code: 0, stdout: '1 replayed\n', stderr: '' })
    await until('it is one again', async () => (await command(namespace, 'dead-letters', 'list')).stdout.endsWith('\n1 of 1\n'), LIMIT_MS)
    const table = new RegExp(`^TOPIC.*LAG\\n(${topic.replaceAll('.', '\\.')}\\s.*\\n){3}$`)
    // On a busy machine the brokers may not answer in time.
    await until('the offsets are described', async () => table.test((await command(namespace, 'offsets', 'describe')).stdout), LIMIT_MS)
    assert.match((await command(namespace, 'offsets', 'reset', '--to-earliest')).stderr, /PP_GROUP_ACTIVE/)

    await rig.plane.kubectl(['create', 'job', 'now', '--from=cronjob/amino-retention', '-n', namespace])
    const { code, stderr } = await rig.plane.kubectl(['wait', '--for=condition=Complete', 'job/now', '-n', namespace, '--timeout=120s'])
    assert.equal(code, 0, stderr)
  }

  async function fits (namespace: string, principal: string): Promise<void> {
    const { spec: { authorization: { acls } } } = await rig.plane.get<KafkaUser>('kafkauser', `${namespace}-amino-peerprobe`, '-n', 'kafka')
    fit(principal, acls)
  }

  function fit (principal: string, acls: readonly Acl[]): void {
    const asked = broker.authorizations().filter(question => question.principal === principal)
    const text = (type: string, name: string, operation: string): string => `${type} ${name} ${operation}`.toLowerCase()

    assert.deepEqual(asked.filter(({ isAllowed }) => !isAllowed), [])
    assert.deepEqual(
      [...new Set(asked.map(({ resource, name, operation }) => text(resource, name, operation)))].sort(),
      acls.flatMap(({ resource: { type, name }, operations }) => operations.map(operation => text(type, name, operation))).sort()
    )
  }

  // Each has PeerProbes, a database and a user of its own.
  suite('at the same time', { concurrency: true }, () => {
    suite('with a password', { concurrency: 1 }, () => {
      test('work with SCRAM over TLS, with exactly the rights of their KafkaUser', async () => {
        await start('password', { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } })
        await works('password', 'ipfs-nodes')
        await fits('password', 'User:password-amino-peerprobe')
      })

      test('have their offsets reset by a Job while they are suspended, and continue from there', async () => {
        const suspend = async (is: boolean): Promise<void> => {
          await rig.plane.kubectl(['patch', 'pp', 'amino', '-n', 'password', '--type=merge', '-p', JSON.stringify({ spec: { suspend: is } })])
        }
        const count = async (): Promise<unknown> => (await rows('password', 'SELECT COUNT(*) AS n FROM visit'))[0]?.['n']
        await suspend(true)
        await until('no pod runs', async () => (await rig.plane.get<{ items: unknown[] }>('pods', '-n', 'password', '-l', 'app.kubernetes.io/component in (consumer,crawler)')).items.length === 0, LIMIT_MS)
        const before = await count()
        const { stdout: job } = await promisify(execFile)(process.execPath, [PLUGIN, 'job', 'amino', '-n', 'password', '--', 'offsets', 'reset', '--to-earliest'], { env: { ...process.env, KUBECONFIG: rig.plane.kubeconfig } })
        const { stdout: created, stderr } = await rig.plane.kubectl(['create', '-f', '-', '-o', 'name'], job)
        assert.match(created, /^job\.batch\/amino-command-/, stderr)
        const waited = await rig.plane.kubectl(['wait', '--for=condition=Complete', created.trim(), '-n', 'password', '--timeout=120s'])
        assert.equal(waited.code, 0, waited.stderr + rig.node.logs('password', 'amino-command-'))
        assert.match(rig.node.logs('password', 'amino-command-'), /^ipfs-nodes +0 +0 +\d+ +0 +/m)

        await suspend(false)
        await rig.untilReady('password', 'True', { limitMs: LIMIT_MS })
        const lag = async (): Promise<number[]> => (await command('password', 'offsets', 'describe')).stdout.trim().split('\n').slice(1).map(line => Number(line.split(/ +/).at(-1)))
        await until('all is read again', async () => await lag().then(left => left.length === 3 && left.every(n => n < 20)), LIMIT_MS)
        assert.ok(Number(await count()) >= Number(before))
        await fits('password', 'User:password-amino-peerprobe')
      })
    })

    test('work with client certificates, with custom names for topic and group, and with routing tables', async () => {
      const kafkaSpec = { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'tls' }, topic: { name: 'lab.visits' }, consumerGroup: 'Lab_1.readers' }
      const { scans: [scan, second] } = specFor('certificate', {})
      await rig.namespace('certificate')
      await rig.plane.apply(...claim('certificate', 'edges'))
      await start('certificate', kafkaSpec, {
        scans: [{ ...scan, active: { interval: '2s', strategy: 'Topology', neighbours: true } }, second],
        consumer: { dump: { enabled: true, volume: { claim: 'edges' } } }
      })
      await works('certificate', 'lab.visits')
      await until('there is a file of routing tables', async () => /^edges-.*\.parquet$/m.test(await files('certificate', 'amino-consumer', '/var/lib/peerprobe/dumps')), LIMIT_MS)
      await fits('certificate', 'User:CN=certificate-amino-peerprobe')
    })

    suite('on brokers that nobody looks after', { concurrency: 1 }, () => {
      test('work on a Kafka without Strimzi with the documented rights, and keep their files in claims', async () => {
        const topics = ['hand-made', 'hand-made-dead-letters'].map((name): Acl => ({ resource: { type: 'topic', name }, operations: ['Read', 'Write', 'Describe', 'Create'] }))
        const groups = ['hand', 'hand-dead-letters'].map((name): Acl => ({ resource: { type: 'group', name }, operations: ['Read', 'Describe'] }))

        for (const { resource: { type, name }, operations } of [...topics, ...groups]) {
          await broker.tool('org.apache.kafka.tools.AclCommand', ['--add', '--allow-principal', 'User:hand', `--${type}`, name, ...operations.flatMap(operation => ['--operation', operation])])
        }

        await rig.namespace('brokers')
        await rig.plane.apply(
          { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kafka', namespace: 'brokers', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'hand', password: 'made' } },
          { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kafka-ca', namespace: 'brokers', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { 'authority.pem': readFileSync(broker.security!.caFile, 'utf8') } },
          ...['dumps', 'state', 'backups'].flatMap(name => claim('brokers', name))
        )
        const { scans: [scan] } = specFor('brokers', {})
        await start('brokers', {
          brokers: [`${NODE_ADDRESS}:${String(broker.security!.scramPort)}`],
          tls: { caSecret: { name: 'kafka-ca', key: 'authority.pem' } },
          authentication: { type: 'scram-sha-512', secret: 'kafka' },
          topic: { name: 'hand-made' },
          consumerGroup: 'hand'
        }, {
          scans: [{ ...scan, storage: { claim: 'state' } }, { ...scan, name: 'second', passive: { enabled: false } }],
          consumer: { dump: { enabled: true, interval: '2s', volume: { claim: 'dumps' } } },
          backup: { enabled: true, volume: { claim: 'backups' } }
        })
        await works('brokers', 'hand-made')
        fit('User:hand', [...topics, ...groups])
        assert.match(await files('brokers', 'amino-consumer', '/var/lib/peerprobe/dumps'), /^nodes-.*\.ndjson\.zst$/m)
        assert.match(await files('brokers', 'amino-crawler-main', '/var/lib/peerprobe/state'), /^known-peers\.ndjson$/m)
      })

      test('make a backup in three containers, which is restored; one that fails says why in the status and leaves the last one', async () => {
        await backsUp(rig, sql, 'brokers')
      })
    })
  })
})

function claim (namespace: string, name: string): object[] {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }

  return [
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace, labels: { 'peerprobe.dev/use': 'true' } }, spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } } },
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } } }
  ]
}
