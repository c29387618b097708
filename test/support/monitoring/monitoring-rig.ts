// Everything that is monitored, and who monitors it: the chart installed by Helm on a real API server, a PeerProbe whose pods
// run as processes, Kafka, MariaDB, a network of libp2p peers, and a Prometheus that scrapes what the PodMonitors name.
//
// A test file that uses it begins with `if (missingMonitoring === undefined) { enterNodeNetwork(import.meta.filename) }`.
import { pino } from 'pino'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { CHART } from '../cluster/chart-rig.ts'
import { ClusterRig, missingCluster, probeOf } from '../cluster/cluster-rig.ts'
import { missingNodeNetwork, NODE_ADDRESS } from '../cluster/runner/node-network.ts'
import { PUBLIC_IMAGE } from '../cluster/runner/registry.ts'
import { KAD_PROTOCOL } from '../network/peer-fixtures.ts'
import { KafkaServer } from '../servers/kafka-server.ts'
import { mariadbKind } from '../servers/mariadb-server.ts'
import { Prometheus } from '../servers/prometheus.ts'
import { missingPrometheus } from '../servers/promtool.ts'
import { SqlServer } from '../servers/sql-server.ts'
import { TempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { MonitoredNetwork } from './monitored-network.ts'
import { podTargets } from './pod-targets.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { PrometheusOptions } from '../servers/prometheus.ts'

const [jars, server] = [kafka.find(), mariadb.find()]

/** Why this cannot run here and how to get what it needs; undefined where it can. For `suite(…, { skip })`. */
export const missingMonitoring = [
  'missing' in jars ? jars.missing : undefined,
  'missing' in server ? server.missing : undefined,
  missingCluster,
  missingNodeNetwork(),
  missingPrometheus
].find(reason => reason !== undefined)

/** Namespace of the PeerProbe of the rig. */
export const PROBE_NAMESPACE = 'lab'

/** Its name. */
export const PROBE_NAME = 'amino'

/** Its scans: one with a passive node, one without. */
export const PROBE_SCANS = ['main', 'second'] as const

/** Namespace of the operator. */
export const OPERATOR_NAMESPACE = 'peerprobe-system'

const TOPIC = 'lab-nodes'
const SECRET = 'database'
// Pods start one after the other, on a machine that may be busy.
const LIMIT_MS = 300_000

interface Status extends KubeObject { status: { scans: { name: string, peerId?: string }[] } }

/** See the head of this file. */
export class MonitoringRig implements AsyncDisposable {
  readonly cluster: ClusterRig
  readonly broker: KafkaServer
  readonly sql: SqlServer
  readonly network: MonitoredNetwork
  readonly prometheus: Prometheus
  readonly #stack: AsyncDisposableStack

  private constructor (stack: AsyncDisposableStack, parts: Pick<MonitoringRig, 'cluster' | 'broker' | 'sql' | 'network' | 'prometheus'>) {
    this.#stack = stack
    this.cluster = parts.cluster
    this.broker = parts.broker
    this.sql = parts.sql
    this.network = parts.network
    this.prometheus = parts.prometheus
  }

  /** Starts everything; resolves when the PeerProbe is ready and its pods are scraped. */
  static async open (options: Omit<PrometheusOptions, 'targets'> = {}): Promise<MonitoringRig> {
    await using stack = new AsyncDisposableStack()
    const network = stack.use(await MonitoredNetwork.open(NODE_ADDRESS))
    const broker = stack.use(await KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS }))
    const sql = stack.use(await SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS))
    const cluster = stack.use(await ClusterRig.open({ runsPods: true, strimzi: false }))
    const prometheus = stack.use(await Prometheus.open(options))
    await cluster.installPodMonitors()
    await makeDatabase(sql)
    await install(cluster)
    await cluster.namespace(PROBE_NAMESPACE)
    await cluster.plane.apply(...objectsBeside(), probe({ bootstrap: network.bootstrap, brokers: broker.brokers, databasePort: sql.port }))
    const rig = new MonitoringRig(stack.move(), { cluster, broker, sql, network, prometheus })

    try {
      await cluster.untilReady(PROBE_NAMESPACE, 'True', { name: PROBE_NAME, limitMs: LIMIT_MS })
      await rig.scrape()
    } catch (err) {
      await rig[Symbol.asyncDispose]()
      throw err
    }

    return rig
  }

  /** Has Prometheus scrape the pods that run now: to be called again where pods were replaced. */
  async scrape (): Promise<void> {
    await this.prometheus.setTargets(await podTargets(this.cluster.plane))
  }

  /**
   * Waits until every part has something to tell: crawls, visitors of the passive node, commits, dumps, a retention job, a
   * message that cannot be stored; and until Prometheus has seen it.
   */
  async untilAllHasHappened (): Promise<void> {
    await this.network.visit(await this.passiveAddress())
    await this.publish('poison', 'no visit')
    await this.cluster.plane.kubectl(['create', 'job', 'now', `--from=cronjob/${PROBE_NAME}-retention`, '-n', PROBE_NAMESPACE])
    const { prometheus } = this
    const all = `== ${String(PROBE_SCANS.length)}`
    await prometheus.waitFor(`count(peerprobe_crawler_population_changed_peers{change="entered"}) ${all}`, undefined, LIMIT_MS)
    await prometheus.waitFor('sum(peerprobe_crawler_passive_sightings_total) > 0', undefined, LIMIT_MS)
    await prometheus.waitFor('peerprobe_crawler_population_seen_peers{by="both"} > 0', undefined, LIMIT_MS)
    await prometheus.waitFor('sum(peerprobe_consumer_dead_letters_total) > 0', undefined, LIMIT_MS)
    await prometheus.waitFor('peerprobe_consumer_dump_bytes > 0', undefined, LIMIT_MS)
    await prometheus.waitFor('peerprobe_operator_retention_timestamp_seconds > 0', undefined, LIMIT_MS)
    await until('the operator has asked the crawlers', async () => {
      await this.#touch()

      return (await prometheus.query(`count(peerprobe_operator_last_crawl_timestamp_seconds) ${all}`)).length > 0
    }, LIMIT_MS)
  }

  /** The page of metrics of a pod, whose name begins as given. */
  async page (namespace: string, pod: string): Promise<string> {
    const target = (await podTargets(this.cluster.plane)).find(({ labels }) => labels['namespace'] === namespace && labels['pod']?.startsWith(pod) === true)

    if (target === undefined) {
      throw new TypeError(`no pod of ${namespace} that is scraped has a name that begins with ${pod}`)
    }

    return await (await fetch(`http://${target.address}/metrics`)).text()
  }

  /** Multiaddr of the passive node of the first scan. */
  async passiveAddress (): Promise<string> {
    const [scan] = PROBE_SCANS
    let peerId: string | undefined
    await until('the status has the peer id of the passive node', async () => {
      const { status } = await this.cluster.plane.get<Status>('pp', PROBE_NAME, '-n', PROBE_NAMESPACE)
      peerId = status.scans.find(({ name }) => name === scan)?.peerId

      return peerId !== undefined || await this.#touch()
    }, LIMIT_MS)
    const { items: [pod] } = await this.cluster.plane.get<{ items: { status: { podIP: string } }[] }>('pods', '-n', PROBE_NAMESPACE, '-l', `peerprobe.dev/scan=${scan}`)

    return `/ip4/${pod!.status.podIP}/tcp/4001/p2p/${peerId!}`
  }

  /** Publishes a message to the topic of visits. */
  async publish (key: string, text: string): Promise<void> {
    const { signal } = new AbortController()
    await using bus = await KafkaBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { brokers: this.broker.brokers, clientId: 'test' }, signal)
    await bus.publish(TOPIC, [{ key, value: Buffer.from(text), headers: {} }], signal)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }

  // The operator looks at a PeerProbe once a minute, and whenever it changes.
  async #touch (): Promise<false> {
    await this.cluster.plane.kubectl(['annotate', 'pp', PROBE_NAME, '-n', PROBE_NAMESPACE, '--overwrite', `lab/touched=${String(performance.now())}`])

    return false
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
    throw new TypeError(`helm: ${stdout}${stderr}`)
  }
}

async function makeDatabase (sql: SqlServer): Promise<void> {
  const root = await sql.root()
  await root.query('CREATE DATABASE lab; CREATE USER lab IDENTIFIED BY \'secret\'; GRANT ALL ON lab.* TO lab')
  await root.end()
}

// The Secret of the database, and volumes for dumps and for what the crawler keeps.
function objectsBeside (): object[] {
  const labels = { 'peerprobe.dev/use': 'true' }
  const metadata = (name: string): object => ({ name, namespace: PROBE_NAMESPACE, labels })
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }

  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: metadata(SECRET), stringData: { username: 'lab', password: 'secret' } },
    ...['dumps', 'state'].flatMap(name => [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: metadata(name), spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } } },
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } } }
    ])
  ]
}

function probe ({ bootstrap, brokers, databasePort }: { bootstrap: string, brokers: readonly string[], databasePort: number }): KubeObject {
  const [main, second] = PROBE_SCANS
  const scan = { network: { name: 'lab', bootstrapPeers: [bootstrap], protocols: [KAD_PROTOCOL] }, active: { interval: '5s' }, addresses: { policy: 'Any' } }

  return probeOf(PROBE_NAMESPACE, {
    scans: [{ ...scan, name: main, vantage: 'here', storage: { claim: 'state' } }, { ...scan, name: second, passive: { enabled: false } }],
    kafka: { brokers, topic: { name: TOPIC } },
    mysql: { host: NODE_ADDRESS, port: databasePort, database: 'lab', credentialsSecret: { name: SECRET } },
    consumer: { dump: { enabled: true, interval: '5s', volume: { claim: 'dumps' } } }
  }, PROBE_NAME)
}
