// A cluster that is monitored: the chart installed by Helm on a real API server, a PeerProbe whose pods run as processes, Kafka,
// MariaDB with TLS, a network of libp2p peers, and a Prometheus that scrapes what the PodMonitors ask for.
//
// A test file that uses it begins with `if (missingMonitoring === undefined) { enterNodeNetwork(import.meta.filename) }`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defined } from '../../../core/defined.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { CHART } from '../cluster/chart-rig.ts'
import { ClusterRig, missingCluster } from '../cluster/cluster-rig.ts'
import { missingNodeNetwork, NODE_ADDRESS } from '../cluster/runner/node-network.ts'
import { PUBLIC_IMAGE } from '../cluster/runner/registry.ts'
import { KAD_PROTOCOL } from '../network/peer-fixtures.ts'
import { openTogether } from '../open-together.ts'
import { KafkaServer } from '../servers/kafka-server.ts'
import { mariadbKind } from '../servers/mariadb-server.ts'
import { missingPrometheus } from '../servers/promtool.ts'
import { SqlServer } from '../servers/sql-server.ts'
import { TempFolder } from '../temp-folder.ts'
import { PodScraper } from './pod-scraper.ts'
import type { Prometheus } from '../servers/prometheus.ts'

const [jars, server] = [kafka.find(), mariadb.find()]

/** Why this cannot run here and how to get what it needs; undefined where it can. For `suite(…, { skip })`. */
export const missingMonitoring = [
  'missing' in jars ? jars.missing : undefined,
  'missing' in server ? server.missing : undefined,
  missingCluster,
  missingNodeNetwork(),
  missingPrometheus
].find(reason => reason !== undefined)

/** Namespace of the operator. */
export const OPERATOR_NAMESPACE = 'peerprobe-system'

/** Name of the PeerProbe. */
export const PROBE_NAME = 'amino'

/** Topic of its visits: the default one. */
export const PROBE_TOPIC = 'ipfs-nodes'

const EACH_MINUTE = '* * * * *'
const CA_SECRET = 'database-ca'
// Pods start one after the other, on a machine that may be busy.
const LIMIT_MS = 300_000

/** A network of peers of {@link KAD_PROTOCOL}. */
export interface ProbedNetwork extends AsyncDisposable {
  /** Multiaddr of the peer at which crawls begin. */
  readonly bootstrap: string
}

/** What is different from one such cluster to the next. */
export interface ProbedClusterOptions<Network extends ProbedNetwork> {
  /** Namespace of the PeerProbe, and name of its database. */
  namespace: string

  /** Starts the network at an address of this machine. */
  openNetwork: (host: string) => Promise<Network>

  /** The scans, whose `network` is given; they may mount the claim `state`. */
  scansOf: (network: object) => object[]

  /** How often consumers write a dump, such as `5s`. */
  dumpInterval: string

  /** A file with the places of the peers, for the claim that crawlers mount. @default none */
  placeFile?: Buffer
}

type Servers<Network> = Pick<ProbedCluster<ProbedNetwork>, 'cluster' | 'broker' | 'sql'> & { network: Network }

/** See the head of this file. */
export class ProbedCluster<Network extends ProbedNetwork> implements AsyncDisposable {
  readonly cluster: ClusterRig
  readonly broker: KafkaServer
  readonly sql: SqlServer
  readonly network: Network
  readonly prometheus: Prometheus
  readonly #stack: AsyncDisposableStack

  private constructor (servers: Servers<Network>, prometheus: Prometheus, stack: AsyncDisposableStack) {
    this.cluster = servers.cluster
    this.broker = servers.broker
    this.sql = servers.sql
    this.network = servers.network
    this.prometheus = prometheus
    this.#stack = stack
  }

  /** Starts everything; resolves when the PeerProbe is ready and its pods are scraped. */
  static async open<Network extends ProbedNetwork> (options: ProbedClusterOptions<Network>): Promise<ProbedCluster<Network>> {
    await using stack = new AsyncDisposableStack()
    const { namespace } = options
    const [network, broker, sql, cluster] = await openTogether<[Network, KafkaServer, SqlServer, ClusterRig]>(stack, [
      options.openNetwork(NODE_ADDRESS),
      KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS }),
      SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS),
      ClusterRig.open({ runsPods: true, strimzi: false })
    ])
    const servers = { cluster, broker, sql, network }
    await cluster.installPodMonitors()
    await install(cluster)
    await makeDatabase(sql, namespace)
    await cluster.namespace(namespace)
    await cluster.plane.apply(...objectsBeside(namespace, sql))
    writePlaces(cluster, options)
    await cluster.probe(namespace, specFor(options, servers), PROBE_NAME)
    await cluster.untilReady(namespace, 'True', { name: PROBE_NAME, limitMs: LIMIT_MS })
    const { prometheus } = stack.use(await PodScraper.open(cluster.plane))

    return new ProbedCluster(servers, prometheus, stack.move())
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }
}

async function install (cluster: ClusterRig): Promise<void> {
  using folder = new TempFolder()
  const [repository, tag] = PUBLIC_IMAGE.split(':')
  const values = [`image.repository=${repository!}`, `image.tag=${tag!}`, 'crds.install=false', 'policy.privateAddresses=true'].join()
  const homes = Object.fromEntries(['cache', 'config', 'data'].map(name => [`HELM_${name.toUpperCase()}_HOME`, folder.file(name)]))
  const args = ['install', 'probe', CHART, '-n', OPERATOR_NAMESPACE, '--create-namespace', '--set', values, '--wait', '--timeout', '180s']
  const { code, stdout, stderr } = await cluster.plane.command('helm', args, undefined, homes)

  if (code !== 0) {
    throw new TypeError(`helm install: ${stdout}${stderr}`)
  }
}

async function makeDatabase (sql: SqlServer, name: string): Promise<void> {
  const root = await sql.root()
  await root.query(`CREATE DATABASE ${name}; CREATE USER probe IDENTIFIED BY 'secret'; GRANT ALL ON ${name}.* TO probe`)
  await root.end()
}

function writePlaces ({ node: { claims } }: ClusterRig, { namespace, placeFile }: ProbedClusterOptions<ProbedNetwork>): void {
  const folder = join(claims, namespace, 'places')
  mkdirSync(folder, { recursive: true })

  if (placeFile !== undefined) {
    writeFileSync(join(folder, 'lab.mmdb'), placeFile)
  }
}

// The certificate of the database, and volumes for dumps, for backups, for what the crawler keeps and for place files.
function objectsBeside (namespace: string, sql: SqlServer): object[] {
  const metadata = (name: string): object => ({ name, namespace, labels: { 'peerprobe.dev/use': 'true' } })
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }

  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: metadata(CA_SECRET), stringData: { 'ca.crt': readFileSync(sql.caFile, 'utf8') } },
    ...['dumps', 'state', 'backups', 'places'].flatMap(name => [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: metadata(name), spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } } },
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } } }
    ])
  ]
}

function specFor (options: ProbedClusterOptions<ProbedNetwork>, { broker, sql, network }: Servers<ProbedNetwork>): object {
  const { namespace, scansOf, dumpInterval, placeFile } = options

  return {
    scans: scansOf({ name: 'lab', bootstrapPeers: [network.bootstrap], protocols: [KAD_PROTOCOL] }),
    kafka: { brokers: broker.brokers, topic: { name: PROBE_TOPIC } },
    mysql: { host: NODE_ADDRESS, port: sql.port, database: namespace, credentialsSecret: { name: 'mysql' }, tls: { caSecret: { name: CA_SECRET } } },
    consumer: { dump: { enabled: true, interval: dumpInterval, volume: { claim: 'dumps' } } },
    retention: { schedule: EACH_MINUTE },
    sessions: { schedule: EACH_MINUTE },
    backup: { enabled: true, schedule: EACH_MINUTE, volume: { claim: 'backups' } },
    ...defined({ places: placeFile === undefined ? undefined : { volume: { claim: 'places' } } })
  }
}
