// The whole of PeerProbe with a Prometheus that scrapes it: the real operator on a real API server, pods that run their own
// commands, a real Kafka and a real MariaDB, and a network whose peers come and go. Series have the labels that the PodMonitors
// give them. The test file must be in a network of its own (`../cluster/runner/node-network.ts`).
import { readFileSync } from 'node:fs'
import { defined } from '../../../core/defined.ts'
import { PROBE_LABEL } from '../../../operator/model/naming/labels.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { prometheus } from '../../../scripts/provision/prometheus.ts'
import { ClusterRig, missingCluster } from '../cluster/cluster-rig.ts'
import { missingNodeNetwork, NODE_ADDRESS } from '../cluster/runner/node-network.ts'
import { freePorts } from '../servers/free-ports.ts'
import { KafkaServer } from '../servers/kafka-server.ts'
import { mariadbKind } from '../servers/mariadb-server.ts'
import { Prometheus } from '../servers/prometheus.ts'
import { SqlServer } from '../servers/sql-server.ts'
import { ChangingNetwork } from './changing-network.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { ScrapeTarget } from '../servers/prometheus.ts'

const PROTOCOL = '/lab/kad/1.0.0'
const ADMIN_PORT = 9_090
const LIMIT_MS = 180_000
const PEERS = 24

/** Namespace of the PeerProbe, which is called `amino` and has one scan, `main`. */
export const SCRAPED_NAMESPACE = 'monitored'

const programs = [kafka.find(), mariadb.find(), prometheus.find()]

/** Why this cannot be had here, or undefined. */
export const missingScrapedCluster = missingCluster ?? missingNodeNetwork() ?? programs.flatMap(found => 'missing' in found ? [found.missing] : [])[0]

interface Pod extends KubeObject { status?: { podIP?: string, phase?: string } }

/** The parts of a scraped cluster. */
interface Parts {
  kafka: KafkaServer
  sql: SqlServer
  rig: ClusterRig
  network: ChangingNetwork
  prometheus: Prometheus

  /** Where the operator serves its metrics. */
  operator: string
}

/** See the head of this file. */
export class ScrapedCluster implements AsyncDisposable {
  readonly #parts: Parts
  readonly #stack: AsyncDisposableStack

  private constructor (parts: Parts, stack: AsyncDisposableStack) {
    this.#parts = parts
    this.#stack = stack
  }

  /** Starts all of it; resolves when Prometheus scrapes the operator, a crawler that has crawled twice, and a consumer that stores. */
  static async open (): Promise<ScrapedCluster> {
    await using stack = new AsyncDisposableStack()
    const [jars = '', database = ''] = programs.map(found => 'at' in found ? found.at : '')
    const broker = stack.use(await KafkaServer.open(jars, { host: NODE_ADDRESS }))
    const sql = stack.use(await SqlServer.open(mariadbKind(database), [], NODE_ADDRESS))
    const network = stack.use(await ChangingNetwork.open(NODE_ADDRESS, PROTOCOL, PEERS))
    const rig = stack.use(await ClusterRig.open({ runsPods: true, strimzi: false }))
    const [port] = await freePorts(1)
    rig.operator(['--policy', JSON.stringify({ privateAddresses: true, anyClaim: true }), '--admin-port', String(port)])
    const server = stack.use(await Prometheus.open())
    const parts = { kafka: broker, sql, rig, network, prometheus: server, operator: `127.0.0.1:${String(port)}` }
    const cluster = new ScrapedCluster(parts, stack.move())

    try {
      await cluster.#start()
    } catch (err) {
      await cluster[Symbol.asyncDispose]()
      throw err
    }

    return cluster
  }

  get prometheus (): Prometheus {
    return this.#parts.prometheus
  }

  get network (): ChangingNetwork {
    return this.#parts.network
  }

  get rig (): ClusterRig {
    return this.#parts.rig
  }

  get kafka (): KafkaServer {
    return this.#parts.kafka
  }

  get sql (): SqlServer {
    return this.#parts.sql
  }

  /** Calls on the passive node of the crawler. */
  async callOnCrawler (count: number): Promise<void> {
    const pods = await this.#pods()
    const crawler = pods.find(({ metadata: { labels = {} } }) => labels['peerprobe.dev/scan'] === 'main')
    await this.network.callOn(`/ip4/${crawler?.status?.podIP ?? ''}/tcp/4001`, count)
  }

  /** Waits until another crawl has begun and ended. */
  async nextCrawl (): Promise<void> {
    const ended = 'sum(peerprobe_crawler_crawls_total)'
    const [before] = await this.prometheus.query(ended)
    await this.prometheus.waitFor(`${ended} >= ${String((before?.value ?? 0) + 2)}`, undefined, LIMIT_MS)
  }

  /** Scrapes the pods that there are now. */
  async scrapePods (): Promise<void> {
    await this.prometheus.setTargets([this.#operatorTarget(), ...(await this.#pods()).map(targetOf)])
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack.disposeAsync()
  }

  async #start (): Promise<void> {
    const { rig, sql, kafka: { brokers }, network: { bootstrap } } = this.#parts
    await rig.namespace(SCRAPED_NAMESPACE)
    const root = await sql.root()
    await root.query(`CREATE DATABASE ${SCRAPED_NAMESPACE}; CREATE USER probe IDENTIFIED BY 'secret'; GRANT ALL ON ${SCRAPED_NAMESPACE}.* TO probe`)
    await root.end()
    const ca = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database-ca', namespace: SCRAPED_NAMESPACE, labels: { 'peerprobe.dev/use': 'true' } } }
    await rig.plane.apply({ ...ca, stringData: { 'ca.crt': readFileSync(sql.caFile, 'utf8') } }, ...['dumps', 'state'].flatMap(claim))
    const scan = { network: { name: 'lab', bootstrapPeers: [bootstrap], protocols: [PROTOCOL] }, active: { interval: '4s', dialTimeout: '1s' }, addresses: { policy: 'Any', maxDialsPerIP: 1_024, maxDialsPerSubnet: 10_000 } }

    await rig.probe(SCRAPED_NAMESPACE, {
      scans: [{ ...scan, name: 'main', storage: { claim: 'state' } }],
      kafka: { brokers },
      mysql: { host: NODE_ADDRESS, port: sql.port, database: SCRAPED_NAMESPACE, credentialsSecret: { name: 'mysql' }, tls: { caSecret: { name: 'database-ca' } } },
      consumer: { dump: { enabled: true, interval: '5s', volume: { claim: 'dumps' } } }
    })
    await rig.untilReady(SCRAPED_NAMESPACE, 'True', { limitMs: LIMIT_MS })
    await this.scrapePods()
    await this.prometheus.waitFor('peerprobe_crawler_population_changed_peers', undefined, LIMIT_MS)
    await this.prometheus.waitFor('peerprobe_consumer_dump_nodes', undefined, LIMIT_MS)
    await rig.plane.kubectl(['create', 'job', 'retention-now', '--from=cronjob/amino-retention', '-n', SCRAPED_NAMESPACE])
    await this.prometheus.waitFor('peerprobe_operator_retention_timestamp_seconds', undefined, LIMIT_MS)
  }

  async #pods (): Promise<Pod[]> {
    const { items } = await this.rig.plane.get<{ items: Pod[] }>('pods', '-n', SCRAPED_NAMESPACE, '-l', 'app.kubernetes.io/component in (consumer,crawler)')

    return items.filter(({ status }) => status?.phase === 'Running' && status.podIP !== undefined)
  }

  #operatorTarget (): ScrapeTarget {
    return { address: this.#parts.operator, labels: { namespace: 'peerprobe-system', pod: 'peerprobe-0' }, honorLabels: true }
  }
}

// As the PodMonitor of a PeerProbe relabels it (`operator/model/monitor.ts`).
function targetOf ({ metadata: { namespace = '', name, labels = {} }, status }: Pod): ScrapeTarget {
  const scan = labels['peerprobe.dev/scan']

  return {
    address: `${status?.podIP ?? ''}:${String(ADMIN_PORT)}`,
    labels: { namespace, pod: name, peerprobe_dev_probe: labels[PROBE_LABEL] ?? '', ...defined({ peerprobe_dev_scan: scan }) }
  }
}

function claim (name: string): object[] {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }
  const metadata = { name, namespace: SCRAPED_NAMESPACE, labels: { 'peerprobe.dev/use': 'true' } }

  return [
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } } },
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } } }
  ]
}
