// The first day of PeerProbe in a cluster: its chart and its image on a real node, a PeerProbe whose Kafka authorizes every
// request, and the questions that its users ask.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { node } from '../../../scripts/provision/node.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { StrimziBroker } from '../../support/cluster/strimzi-broker.ts'
import { KAD_PROTOCOL } from '../../support/network/peer-fixtures.ts'
import { serving, startPeer } from '../../support/network/peers.ts'
import { BOX_ADDRESS, missingNodeBox } from '../../support/node/node-box.ts'
import { enterBoxWithImage, PRODUCT_IMAGE } from '../../support/node/product-image.ts'
import { RealNode } from '../../support/node/real-node.ts'
import { KafkaServer } from '../../support/servers/kafka-server.ts'
import { mariadbKind } from '../../support/servers/mariadb-server.ts'
import { SqlServer } from '../../support/servers/sql-server.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const [jars, server, programs, parts] = [kafka.find(), mariadb.find(), cluster.find(), node.find()]
const missing = [jars, server, programs, parts].flatMap(found => 'missing' in found ? [found.missing] : [])[0] ?? missingCluster ?? missingNodeBox()
const CHART = fileURLToPath(new URL('../../../helm/peerprobe', import.meta.url))
const SYSTEM = 'peerprobe-system'
const { repository, tag } = PRODUCT_IMAGE
const LIMIT_MS = 240_000
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' }

interface RunningPod extends KubeObject { spec: { containers: { image: string }[] }, status: { phase: string } }

const image = missing === undefined ? await enterBoxWithImage(import.meta.filename) : ''

suite('the first day in a cluster', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(new TempFolder())
  let sql: SqlServer
  let real: RealNode
  let rig: ClusterRig
  let bootstrap: string

  before(async () => {
    const broker = stack.use(await KafkaServer.open('at' in jars ? jars.at : '', { host: BOX_ADDRESS, users: { hand: 'made' } }))
    sql = stack.use(await SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], BOX_ADDRESS))
    const peer = stack.use(await startPeer({ host: BOX_ADDRESS, serve: { [KAD_PROTOCOL]: serving([]) } }))
    bootstrap = `${peer.node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(peer.id)}`
    real = stack.use(await RealNode.open({ cluster: 'at' in programs ? programs.at : '', node: 'at' in parts ? parts.at : '', images: [image] }))
    rig = stack.use(await ClusterRig.open({ plane: real.plane }))
    await rig.installPodMonitors()
    stack.use(await StandInStrimzi.open(rig.plane, 'lab', new StrimziBroker(broker)))
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const helm = async (...args: string[]): Promise<CommandEnd> => await rig.plane.command('helm', args, undefined, { HELM_CACHE_HOME: folder.file('cache'), HELM_CONFIG_HOME: folder.file('config'), HELM_DATA_HOME: folder.file('data') })
  const pods = async (namespace: string): Promise<RunningPod[]> => (await rig.plane.get<{ items: RunningPod[] }>('pods', '-n', namespace)).items
  const explain = async (): Promise<string> => (await rig.plane.kubectl(['get', 'pods,events', '-A', '-o', 'wide'])).stdout
  const rows = async (query: string): Promise<Record<string, unknown>[]> => {
    const root = await sql.root()

    try {
      await root.query('USE lab')
      return (await root.query(query))[0] as Record<string, unknown>[]
    } finally {
      await root.end()
    }
  }

  test('begins with helm install, in a namespace of restricted pods', async () => {
    await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM, labels: RESTRICTED } })
    const { code, stdout, stderr } = await helm('install', 'probe', CHART, '-n', SYSTEM, '--set', `image.repository=${repository},image.tag=${tag},image.pullPolicy=Never,policy.privateAddresses=true`, '--set', 'crds.install=false', '--wait', '--timeout', '150s')
    assert.equal(code, 0, `${stdout}${stderr}${await explain()}`)
  })

  test('goes on with one manifest, and ends with peers in the database: found by crawls, and by the passive node', async () => {
    const root = await sql.root()
    await root.query('CREATE DATABASE lab; CREATE USER probe IDENTIFIED BY \'secret\'; GRANT ALL ON lab.* TO probe')
    await root.end()
    const consent = { 'peerprobe.dev/use': 'true' }
    await rig.plane.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lab', labels: RESTRICTED } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database', namespace: 'lab', labels: consent }, stringData: { username: 'probe', password: 'secret' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database-ca', namespace: 'lab', labels: consent }, stringData: { 'ca.crt': readFileSync(sql.caFile, 'utf8') } }
    )
    await rig.probe('lab', {
      scans: [{ name: 'main', network: { name: 'lab', bootstrapPeers: [bootstrap], protocols: [KAD_PROTOCOL] }, active: { interval: '2s' }, addresses: { policy: 'Any' } }],
      kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } },
      mysql: { host: BOX_ADDRESS, port: sql.port, database: 'lab', credentialsSecret: { name: 'database' }, tls: { caSecret: { name: 'database-ca' } } }
    })
    await rig.untilReady('lab', 'True', { limitMs: LIMIT_MS }).catch(async (err: unknown) => {
      throw new TypeError(await explain(), { cause: err })
    })
    await until('a crawl is finished', async () => (await rows('SELECT 1 FROM crawl WHERE state = \'finished\'')).length > 0, LIMIT_MS)

    assert.deepEqual((await rows('SELECT DISTINCT outcome FROM visit_detail WHERE discovery_type = \'active\'')).map(({ outcome }) => outcome), ['ok'])
    assert.deepEqual([...new Set((await pods('lab')).map(({ spec }) => spec.containers[0]?.image))], [`${repository}:${tag}`])
  })

  test('shows peers and lag in kubectl get pp', async () => {
    await until('the figures are there', async () => /^amino +True +.* 1 /m.test((await rig.plane.kubectl(['get', 'pp', '-n', 'lab'])).stdout), LIMIT_MS)
  })

  test('runs the Job of retention', async () => {
    await rig.plane.kubectl(['create', 'job', 'now', '--from=cronjob/amino-retention', '-n', 'lab'])
    const { code, stderr } = await rig.plane.kubectl(['wait', '--for=condition=Complete', 'job/now', '-n', 'lab', '--timeout=120s'])
    assert.equal(code, 0, stderr + await explain())
  })

  test('ends with kubectl delete, which leaves nothing of it', async () => {
    await rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'lab', '--timeout=120s'])
    await until('its pods are gone', async () => (await pods('lab')).length === 0, LIMIT_MS)

    assert.deepEqual((await rig.objects('lab')).filter(name => !name.startsWith('Secret/database')), [])
  })
})
