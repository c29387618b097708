// What an owner of a cluster has once the chart and a PeerProbe are installed, with a Prometheus that scrapes it and evaluates
// the alerts of the chart, every duration of which is divided by FASTER.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { findProgram } from '../../../scripts/provision/programs.ts'
import { ClusterRig, missingCluster } from '../cluster/cluster-rig.ts'
import { missingNodeNetwork, NODE_ADDRESS } from '../cluster/runner/node-network.ts'
import { PodKubectl } from '../cluster/runner/pod-kubectl.ts'
import { KAD_PROTOCOL } from '../network/peer-fixtures.ts'
import { serving, startPeer } from '../network/peers.ts'
import { KafkaServer } from '../servers/kafka-server.ts'
import { mariadbKind } from '../servers/mariadb-server.ts'
import { missingPrometheus } from '../servers/promtool.ts'
import { SqlServer } from '../servers/sql-server.ts'
import { TempFolder } from '../temp-folder.ts'
import { fasterRules } from './faster-rules.ts'
import { LabFaults, NAMESPACE, SYSTEM } from './lab-faults.ts'
import { PodScraper } from './pod-scraper.ts'
import type { NodePeer } from '../network/peers.ts'
import type { Prometheus } from '../servers/prometheus.ts'
import type { LabParts } from './lab-faults.ts'

const [jars, server] = [kafka.find(), mariadb.find()]

/** Why the lab cannot be had here, or undefined. */
export const missingLab = ('missing' in jars ? jars.missing : undefined) ?? ('missing' in server ? server.missing : undefined)
  ?? missingPrometheus ?? missingCluster ?? missingNodeNetwork() ?? (findProgram('mysql') === undefined ? 'no mysql on this machine: apt-get install default-mysql-client' : undefined)

const CHART = fileURLToPath(new URL('../../../helm/peerprobe', import.meta.url))

const READY_LIMIT_MS = 240_000

/** By this the durations of the rules are divided: minutes are seconds. */
const FASTER = 60

const IMAGE = ['image.repository=peerprobe', 'image.tag=test', 'crds.install=false', 'policy.privateAddresses=true']

interface Parts extends LabParts { kubectl: PodKubectl, scraper: PodScraper }

/** See the head of this file. */
export class ObservedLab implements AsyncDisposable {
  readonly faults: LabFaults
  readonly kubectl: PodKubectl
  readonly #parts: Parts
  readonly #stack: AsyncDisposableStack

  private constructor (parts: Parts, stack: AsyncDisposableStack) {
    this.faults = new LabFaults(parts)
    this.kubectl = parts.kubectl
    this.#parts = parts
    this.#stack = stack
  }

  /** Installs everything; resolves when the PeerProbe is ready and its alerts are evaluated. */
  static async open (): Promise<ObservedLab> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    const broker = stack.use(await KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS }))
    const sql = stack.use(await SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS))
    const peer = stack.use(await startPeer({ host: NODE_ADDRESS, serve: { [KAD_PROTOCOL]: serving([]) } }))
    const rig = stack.use(await ClusterRig.open({ runsPods: true, strimzi: false }))
    const kubectl = stack.use(await PodKubectl.open(rig))
    await rig.installPodMonitors()
    await install(rig, folder)
    await makeDatabase(sql)
    await rig.namespace(NAMESPACE)
    await rig.plane.apply(...claim('dumps'), ...claim('state'))
    await rig.probe(NAMESPACE, specFor(broker, sql, peer))
    await rig.untilReady(NAMESPACE, 'True', { limitMs: READY_LIMIT_MS })
    const scraper = stack.use(await PodScraper.open(rig))
    writeFileSync(folder.file('rules.yaml'), fasterRules(readFileSync(`${CHART}/rules.yaml`, 'utf8'), FASTER))
    await scraper.prometheus.waitFor('leader_election_master_status == 1', undefined, READY_LIMIT_MS)
    await scraper.prometheus.waitFor('peerprobe_crawler_last_crawl_timestamp_seconds', undefined, READY_LIMIT_MS)
    await scraper.prometheus.setRuleFiles([folder.file('rules.yaml')])

    return new ObservedLab({ kafka: broker, sql, rig, kubectl, scraper, peer }, stack.move())
  }

  get prometheus (): Prometheus {
    return this.#parts.scraper.prometheus
  }

  /** The client of the database, as a shell runs it. */
  get databaseCommand (): string {
    return `${findProgram('mysql') ?? ''} --no-defaults -h 127.0.0.1 -P ${String(this.#parts.sql.port)} -u root ${NAMESPACE}`
  }

  /** Names of the alerts that fire now. */
  async firing (): Promise<string[]> {
    return (await this.prometheus.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name)
  }

  /** What fires, what the PeerProbe's conditions are and what the operator said last: for a failure's message. */
  async describe (): Promise<string> {
    const { rig } = this.#parts
    const { stdout } = await rig.plane.kubectl(['get', 'pp', 'amino', '-n', NAMESPACE, '-o', 'jsonpath={.status.conditions}'])

    return `${(await this.firing()).join()} ${stdout}`
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

async function install (rig: ClusterRig, folder: TempFolder): Promise<void> {
  const homes = { HELM_CACHE_HOME: folder.file('cache'), HELM_CONFIG_HOME: folder.file('config'), HELM_DATA_HOME: folder.file('data') }
  const { code, stdout, stderr } = await rig.plane.command('helm', ['install', 'probe', CHART, '-n', SYSTEM, '--create-namespace', '--set', IMAGE.join(','), '--wait', '--timeout', '120s'], undefined, homes)

  if (code !== 0) {
    throw new TypeError(`helm install: ${stdout}${stderr}`)
  }
}

async function makeDatabase (sql: SqlServer): Promise<void> {
  const root = await sql.root()
  await root.query(`CREATE DATABASE ${NAMESPACE}; CREATE USER probe IDENTIFIED BY 'secret'; GRANT ALL ON ${NAMESPACE}.* TO probe`)
  await root.end()
}

// The bootstrap peer is the network: without it nobody is contacted.
function specFor (broker: KafkaServer, sql: SqlServer, peer: NodePeer): object {
  const bootstrap = `${peer.node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(peer.id)}`

  return {
    scans: [{
      name: 'main',
      network: { name: 'lab', bootstrapPeers: [bootstrap], protocols: [KAD_PROTOCOL] },
      active: { interval: '2s', maxDuration: '10s', dialTimeout: '1s' },
      passive: { enabled: false },
      addresses: { policy: 'Any' },
      storage: { claim: 'state' }
    }],
    kafka: { brokers: broker.brokers },
    mysql: { host: NODE_ADDRESS, port: sql.port, database: NAMESPACE, credentialsSecret: { name: 'mysql' } },
    consumer: { dump: { enabled: true, interval: '2s', volume: { claim: 'dumps' } } }
  }
}

function claim (name: string): object[] {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }

  return [
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: NAMESPACE, labels: { 'peerprobe.dev/use': 'true' } }, spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } } },
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } } }
  ]
}
