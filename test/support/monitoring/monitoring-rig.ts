// A monitored cluster whose every part works: crawls, a passive node that is visited, commits, dumps, retention, sessions, backups.
import { pino } from 'pino'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { NODE_ADDRESS } from '../cluster/runner/node-network.ts'
import { mmdb } from '../places/mmdb.ts'
import { until } from '../until.ts'
import { podTargets } from './pod-targets.ts'
import { PROBE_NAME, PROBE_TOPIC, ProbedCluster } from './probed-cluster.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { ClusterRig } from '../cluster/cluster-rig.ts'
import type { KafkaServer } from '../servers/kafka-server.ts'
import type { Prometheus } from '../servers/prometheus.ts'
import type { SqlServer } from '../servers/sql-server.ts'
import type { ProbedNetwork } from './probed-cluster.ts'

/** Namespace of the PeerProbe of the rig. */
export const PROBE_NAMESPACE = 'lab'

/** Its scans: one with a passive node, one without. */
export const PROBE_SCANS = ['main', 'second'] as const

// All peers have the address of this machine; the system is that of a cloud, so that every panel of places has something.
const PLACES = mmdb({ networks: { [`${NODE_ADDRESS}/32`]: { country: { iso_code: 'DE' }, autonomous_system_number: 24_940, autonomous_system_organization: 'Lab' } } })
const LIMIT_MS = 300_000

interface Status extends KubeObject { status: { scans: { name: string, peerId?: string }[] } }

/** A network of which some peers connect to a passive node. */
interface VisitingNetwork extends ProbedNetwork { visit: (address: string) => Promise<void> }

/** See the head of this file. */
export class MonitoringRig<Network extends VisitingNetwork> implements AsyncDisposable {
  readonly cluster: ClusterRig
  readonly broker: KafkaServer
  readonly sql: SqlServer
  readonly network: Network
  readonly prometheus: Prometheus
  readonly #probed: ProbedCluster<Network>

  private constructor (probed: ProbedCluster<Network>) {
    this.#probed = probed
    this.cluster = probed.cluster
    this.broker = probed.broker
    this.sql = probed.sql
    this.network = probed.network
    this.prometheus = probed.prometheus
  }

  /** Starts everything; resolves when the PeerProbe is ready and its pods are scraped. */
  static async open<Network extends VisitingNetwork> (openNetwork: (host: string) => Promise<Network>): Promise<MonitoringRig<Network>> {
    return new MonitoringRig(await ProbedCluster.open({ namespace: PROBE_NAMESPACE, openNetwork, scansOf, dumpInterval: '5s', placeFile: PLACES }))
  }

  /**
   * Waits until every part has done its work: crawls, visits to the passive node, commits, dumps, retention, sessions and a backup; and until
   * Prometheus has seen it.
   */
  async untilAllHaveWorked (): Promise<void> {
    await this.network.visit(await this.passiveAddress())
    const { prometheus } = this
    const all = `== ${String(PROBE_SCANS.length)}`
    await prometheus.waitFor(`count(peerprobe_crawler_population_changed_peers{change="entered"}) ${all}`, undefined, LIMIT_MS)
    await prometheus.waitFor('sum(peerprobe_crawler_passive_sightings_total) > 0', undefined, LIMIT_MS)
    await prometheus.waitFor('peerprobe_crawler_population_seen_peers{by="both"} > 0', undefined, LIMIT_MS)
    await prometheus.waitFor('peerprobe_consumer_dump_bytes{content="nodes"} > 0', undefined, LIMIT_MS)
    await prometheus.waitFor('sum(peerprobe_consumer_edge_rows_total) > 0', undefined, LIMIT_MS)

    for (const [job, succeeded] of [['retention', 'retention'], ['sessions', 'sessions_last_success'], ['backup', 'backup_last_success']] as const) {
      const [last, scheduled] = [succeeded, `${job}_scheduled`].map(name => `peerprobe_operator_${name}_timestamp_seconds`)
      await prometheus.waitFor(`${last!} > ${scheduled!} - 120`, undefined, LIMIT_MS)
    }
    await until('the operator has asked the crawlers', async () => {
      await this.cluster.touch(PROBE_NAMESPACE)

      return (await prometheus.query(`count(peerprobe_operator_last_crawl_timestamp_seconds) ${all}`)).length > 0
    }, LIMIT_MS)
  }

  /** Waits until the first scan has begun and ended another crawl. */
  async untilNextCrawl (): Promise<void> {
    const ended = `sum(peerprobe_crawler_crawls_total{peerprobe_dev_scan="${PROBE_SCANS[0]}"})`
    const [before] = await this.prometheus.query(ended)
    await this.prometheus.waitFor(`${ended} >= ${String((before?.value ?? 0) + 2)}`, undefined, LIMIT_MS)
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

      if (peerId === undefined) {
        await this.cluster.touch(PROBE_NAMESPACE)
      }

      return peerId !== undefined
    }, LIMIT_MS)
    const { items: [pod] } = await this.cluster.plane.get<{ items: { status: { podIP: string } }[] }>('pods', '-n', PROBE_NAMESPACE, '-l', `peerprobe.dev/scan=${scan}`)

    return `/ip4/${pod!.status.podIP}/tcp/4001/p2p/${peerId!}`
  }

  /** Publishes a message that is no visit, and waits until Prometheus has seen the dead letter. */
  async publishPoison (): Promise<void> {
    const { signal } = new AbortController()
    await using bus = await KafkaBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { brokers: this.broker.brokers, clientId: 'test' }, signal)
    await bus.publish(PROBE_TOPIC, [{ key: 'poison', value: Buffer.from('no visit'), headers: {} }], signal)
    await this.prometheus.waitFor('sum(peerprobe_consumer_dead_letters_total) > 0', undefined, LIMIT_MS)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#probed[Symbol.asyncDispose]()
  }
}

// All peers of a network of the tests have the same IP address.
function scansOf (network: object): object[] {
  const [main, second] = PROBE_SCANS
  const active = { interval: '5s' }
  const scan = { network, active, addresses: { policy: 'Any', maxDialsPerIP: 1_024, maxDialsPerSubnet: 10_000 } }

  return [
    { ...scan, name: main, vantage: 'here', storage: { claim: 'state' } },
    { ...scan, name: second, passive: { enabled: false }, active: { ...active, strategy: 'Topology', neighbours: true } }
  ]
}
