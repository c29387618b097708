// A cluster of one real node with everything that PeerProbe needs beside it: a Kafka that authorizes every request, behind the stand-in for
// Strimzi, a MariaDB with TLS, and a network of libp2p peers. All of it is inside the box of the test file.
//
// A test file that uses it begins with `const image = missingLab === undefined ? await enterBoxWithImage(import.meta.filename) : ''`.
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { node } from '../../../scripts/provision/node.ts'
import { ClusterRig, missingCluster } from '../cluster/cluster-rig.ts'
import { StandInStrimzi } from '../cluster/stand-in-strimzi.ts'
import { StrimziBroker } from '../cluster/strimzi-broker.ts'
import { ChangingNetwork } from '../monitoring/changing-network.ts'
import { KAD_PROTOCOL } from '../network/peer-fixtures.ts'
import { KafkaServer } from '../servers/kafka-server.ts'
import { mariadbKind } from '../servers/mariadb-server.ts'
import { SqlServer } from '../servers/sql-server.ts'
import { TempFolder } from '../temp-folder.ts'
import { DUMP_IMAGE, dumpImage } from './dump-image.ts'
import { BOX_ADDRESS, missingNodeBox } from './node-box.ts'
import { PRODUCT_IMAGE } from './product-image.ts'
import { RealNode } from './real-node.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../servers/control-plane.ts'

const [jars, server, programs, parts] = [kafka.find(), mariadb.find(), cluster.find(), node.find()]

/** Why this cannot run here and how to get what it needs; undefined where it can. For `suite(…, { skip })`. */
export const missingLab = [jars, server, programs, parts].flatMap(found => 'missing' in found ? [found.missing] : [])[0] ?? missingCluster ?? missingNodeBox()

/** Namespace of the operator. */
export const SYSTEM = 'peerprobe-system'

/** Pods start one after the other, on a machine that may be busy. */
export const LAB_LIMIT_MS = 300_000

/** The chart of this source. */
export const CHART = fileURLToPath(new URL('../../../helm/peerprobe', import.meta.url))
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' }
const CONSENT = { 'peerprobe.dev/use': 'true' }

/** Claims in each namespace: for dump files, for what crawlers keep, and for backups. */
const CLAIMS = ['dumps', 'state', 'backups']

/** A pod as far as the tests look at it. */
export interface LabPod extends KubeObject {
  spec: { containers: { image: string }[] }
  status: { phase: string, podIP?: string, containerStatuses?: { containerID?: string, restartCount: number }[] }
}

/** What is different from one lab to the next. */
export interface NodeLabOptions {
  /** Archives of images that pods may use. */
  images: readonly string[]

  /** Namespaces of PeerProbes that may use the Kafka of Strimzi, separated by commas. */
  allowed: string

  /** The chart that {@link NodeLab.install} takes. @default that of this source */
  chart?: string

  /** Living peers of the network; a third as many are dead. @default 8 */
  peers?: number
}

interface Parts { broker: KafkaServer, sql: SqlServer, network: ChangingNetwork, node: RealNode, rig: ClusterRig, folder: TempFolder, chart: string }

/** See the head of this file. */
export class NodeLab implements AsyncDisposable {
  readonly broker: KafkaServer
  readonly sql: SqlServer
  readonly network: ChangingNetwork
  readonly node: RealNode
  readonly rig: ClusterRig
  readonly #folder: TempFolder
  readonly #chart: string
  readonly #stack: AsyncDisposableStack

  private constructor (parts: Parts, stack: AsyncDisposableStack) {
    this.broker = parts.broker
    this.sql = parts.sql
    this.network = parts.network
    this.node = parts.node
    this.rig = parts.rig
    this.#folder = parts.folder
    this.#chart = parts.chart
    this.#stack = stack
  }

  /** Starts everything but the operator. */
  static async open ({ images, allowed, chart = CHART, peers = 8 }: NodeLabOptions): Promise<NodeLab> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    const [broker, sql, network] = await Promise.all([
      KafkaServer.open('at' in jars ? jars.at : '', { host: BOX_ADDRESS, users: { hand: 'made' } }).then(opened => stack.use(opened)),
      // No name server of the box knows the pods: the database would wait for the names of their addresses.
      SqlServer.open(mariadbKind('at' in server ? server.at : ''), ['--skip-name-resolve'], BOX_ADDRESS).then(opened => stack.use(opened)),
      ChangingNetwork.open(BOX_ADDRESS, peers).then(opened => stack.use(opened))
    ])
    const dump = await dumpImage(folder.file('dump-image'))
    const real = stack.use(await RealNode.open({ cluster: 'at' in programs ? programs.at : '', node: 'at' in parts ? parts.at : '', images: [...images, dump] }))
    const rig = stack.use(await ClusterRig.open({ plane: real.plane }))
    await rig.installPodMonitors()
    stack.use(await StandInStrimzi.open(rig.plane, allowed, new StrimziBroker(broker)))

    return new NodeLab({ broker, sql, network, node: real, rig, folder, chart }, stack.move())
  }

  /** Runs helm on the release of the operator, and waits for its pods; `args` follow the name of the release. */
  async release (verb: 'install' | 'upgrade' | 'rollback', ...args: string[]): Promise<CommandEnd> {
    const homes = Object.fromEntries(['cache', 'config', 'data'].map(name => [`HELM_${name.toUpperCase()}_HOME`, this.#folder.file(name)]))

    return await this.rig.plane.command('helm', [verb, 'probe', ...args, '-n', SYSTEM, '--wait', '--timeout', '170s'], undefined, homes)
  }

  /** Upgrades to the chart of this source with the lab's values; `more` are arguments behind them. */
  async upgrade (...more: string[]): Promise<CommandEnd> {
    return await this.release('upgrade', CHART, '--set', VALUES, ...more)
  }

  /** Installs the chart, in a namespace of restricted pods. @throws TypeError with the cluster's state when its pods do not become ready */
  async install (...more: string[]): Promise<void> {
    await this.rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM, labels: RESTRICTED } })
    const { code, stdout, stderr } = await this.release('install', this.#chart, '--set', VALUES, ...more)

    if (code !== 0) {
      throw new TypeError(`helm install: ${stdout}${stderr}${await this.explain()}`)
    }
  }

  /** Creates a namespace of restricted pods with a database of the same name, its Secrets and its claims. */
  async namespace (name: string): Promise<void> {
    await this.root(`CREATE DATABASE ${name}; CREATE USER ${name} IDENTIFIED BY 'secret'; GRANT ALL ON ${name}.* TO ${name}`)
    await this.rig.plane.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: RESTRICTED } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database-ca', namespace: name, labels: CONSENT }, stringData: { 'ca.crt': readFileSync(this.sql.caFile, 'utf8') } }
    )
    await this.password(name, 'secret')
    await this.rig.plane.apply(...CLAIMS.flatMap(claim => this.#claim(name, claim)))
  }

  /** Writes the Secret of the database of a namespace. */
  async password (namespace: string, password: string): Promise<void> {
    await this.rig.plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database', namespace, labels: CONSENT }, stringData: { username: namespace, password } })
  }

  /** Applies the PeerProbe `amino` of a namespace: with Strimzi, one scan of the network with a passive node, and fields in `more`. */
  async probe (namespace: string, more: object = {}): Promise<void> {
    await this.rig.probe(namespace, {
      scans: [this.scan()],
      kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' }, topic: { name: `${namespace}.visits` }, consumerGroup: namespace },
      mysql: { host: BOX_ADDRESS, port: this.sql.port, database: namespace, credentialsSecret: { name: 'database' }, tls: { caSecret: { name: 'database-ca' } } },
      ...more
    })
  }

  /** A scan of the network. All its peers have the same IP address. */
  scan (): object {
    return {
      name: 'main',
      network: { name: 'lab', bootstrapPeers: [this.network.bootstrap], protocols: [KAD_PROTOCOL] },
      active: { interval: '2s' },
      addresses: { policy: 'Any', maxDialsPerIP: 1_024, maxDialsPerSubnet: 10_000 }
    }
  }

  /** Waits until a PeerProbe is ready. @throws TypeError with the cluster's state when it does not become so */
  async untilReady (namespace: string): Promise<void> {
    await this.rig.untilReady(namespace, 'True', { limitMs: LAB_LIMIT_MS }).catch(async (err: unknown) => {
      throw new TypeError(`${String(err)}\n${await this.explain()}`, { cause: err })
    })
  }

  /** Has the operator look at a PeerProbe now; it does every 20 s, and whenever it changes. */
  async touch (namespace: string): Promise<void> {
    await this.rig.plane.kubectl(['annotate', 'pp', 'amino', '-n', namespace, '--overwrite', `lab/touched=${String(performance.now())}`])
  }

  /** Pods of a namespace, those that end included. */
  async pods (namespace: string, component?: string): Promise<LabPod[]> {
    const selector = component === undefined ? [] : ['-l', `app.kubernetes.io/component=${component}`]

    return (await this.rig.plane.get<{ items: LabPod[] }>('pods', '-n', namespace, ...selector)).items
  }

  /** Statements as the root of the database server; resolves with the answer to the last one. */
  async root (statements: string): Promise<Record<string, unknown>[]> {
    const root = await this.sql.root()

    try {
      return (await root.query(statements))[0] as Record<string, unknown>[]
    } finally {
      await root.end()
    }
  }

  /** Rows of a query on the database of a namespace. */
  async rows (namespace: string, query: string): Promise<Record<string, unknown>[]> {
    return ((await this.root(`USE ${namespace}; ${query}`)) as unknown as Record<string, unknown>[][])[1] ?? []
  }

  /** Names of the files of a claim. */
  files (namespace: string, claim: string): string[] {
    return readdirSync(this.volume(namespace, claim))
  }

  /** Folder of a claim. */
  volume (namespace: string, claim: string): string {
    return this.#folder.file(`volumes/${namespace}-${claim}`)
  }

  /** Pods and events of the cluster, for the message of a failure. */
  async explain (): Promise<string> {
    return (await this.rig.plane.kubectl(['get', 'pods,events', '-A', '-o', 'wide'])).stdout
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack.disposeAsync()
  }

  // A volume of this kind keeps its owner: the user of the pods must be let in.
  #claim (namespace: string, name: string): object[] {
    const [volumeName, path] = [`${namespace}-${name}`, this.volume(namespace, name)]
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o777)

    return [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace, labels: CONSENT }, spec: { ...spec, volumeName, resources: { requests: { storage: '1Gi' } } } },
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volumeName }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path } } }
    ]
  }
}

const VALUES = [
  `image.repository=${PRODUCT_IMAGE.repository}`,
  `image.tag=${PRODUCT_IMAGE.tag}`,
  'image.pullPolicy=Never',
  `backup.image.repository=${DUMP_IMAGE.repository}`,
  `backup.image.tag=${DUMP_IMAGE.tag}`,
  'policy.privateAddresses=true',
  'crds.install=false'
].join()
