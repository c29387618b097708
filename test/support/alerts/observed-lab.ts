// What an owner of a cluster has once the chart and a PeerProbe are installed, with a Prometheus that scrapes it and evaluates
// the alerts of the chart, every duration of which is divided by FASTER.
import { readFileSync, writeFileSync } from 'node:fs'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { findProgram } from '../../../scripts/provision/programs.ts'
import { CHART } from '../cluster/chart-rig.ts'
import { PodKubectl } from '../cluster/runner/pod-kubectl.ts'
import { missingMonitoring, ProbedCluster } from '../monitoring/probed-cluster.ts'
import { KAD_PROTOCOL } from '../network/peer-fixtures.ts'
import { serving, startPeer } from '../network/peers.ts'
import { TempFolder } from '../temp-folder.ts'
import { fasterRules } from './faster-rules.ts'
import { LabFaults, NAMESPACE } from './lab-faults.ts'
import type { ProbedNetwork } from '../monitoring/probed-cluster.ts'
import type { NodePeer } from '../network/peers.ts'
import type { Prometheus } from '../servers/prometheus.ts'

/** Why the lab cannot be had here, or undefined. */
export const missingLab = missingMonitoring ?? (findProgram('mysql') === undefined ? 'no mysql on this machine: apt-get install default-mysql-client' : undefined)

const READY_LIMIT_MS = 240_000

/** By this the durations of the rules are divided: minutes are seconds. */
const FASTER = 60

type BootstrapPeer = NodePeer & ProbedNetwork

/** See the head of this file. */
export class ObservedLab implements AsyncDisposable {
  readonly faults: LabFaults
  readonly kubectl: PodKubectl
  readonly #probed: ProbedCluster<BootstrapPeer>
  readonly #stack: AsyncDisposableStack

  private constructor (probed: ProbedCluster<BootstrapPeer>, kubectl: PodKubectl, stack: AsyncDisposableStack) {
    this.faults = new LabFaults({ kafka: probed.broker, sql: probed.sql, rig: probed.cluster, peer: probed.network })
    this.kubectl = kubectl
    this.#probed = probed
    this.#stack = stack
  }

  /** Installs everything; resolves when the PeerProbe is ready and its alerts are evaluated. */
  static async open (): Promise<ObservedLab> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    const probed = stack.use(await ProbedCluster.open({ namespace: NAMESPACE, openNetwork: openBootstrapPeer, scansOf, dumpInterval: '2s' }))
    const kubectl = stack.use(await PodKubectl.open(probed.cluster))
    writeFileSync(folder.file('rules.yaml'), fasterRules(readFileSync(`${CHART}/rules.yaml`, 'utf8'), FASTER))
    await probed.prometheus.waitFor('leader_election_master_status == 1', undefined, READY_LIMIT_MS)
    await probed.prometheus.waitFor('peerprobe_crawler_last_crawl_timestamp_seconds', undefined, READY_LIMIT_MS)
    await probed.prometheus.setRuleFiles([folder.file('rules.yaml')])

    return new ObservedLab(probed, kubectl, stack.move())
  }

  get prometheus (): Prometheus {
    return this.#probed.prometheus
  }

  /** The client of the database, as a shell runs it. */
  get databaseCommand (): string {
    return `${findProgram('mysql') ?? ''} --no-defaults -h 127.0.0.1 -P ${String(this.#probed.sql.port)} -u root ${NAMESPACE}`
  }

  /** Names of the alerts that fire now. */
  async firing (): Promise<string[]> {
    return (await this.prometheus.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name)
  }

  /** What fires, what the PeerProbe's conditions are and what the operator said last: for a failure's message. */
  async describe (): Promise<string> {
    const { stdout } = await this.#probed.cluster.plane.kubectl(['get', 'pp', 'amino', '-n', NAMESPACE, '-o', 'jsonpath={.status.conditions}'])

    return `${(await this.firing()).join()} ${stdout}`
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

// The bootstrap peer is the network: without it nobody is contacted.
async function openBootstrapPeer (host: string): Promise<BootstrapPeer> {
  const peer = await startPeer({ host, serve: { [KAD_PROTOCOL]: serving([]) } })

  return Object.assign(peer, { bootstrap: `${peer.node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(peer.id)}` })
}

function scansOf (network: object): object[] {
  return [{
    name: 'main',
    network,
    active: { interval: '2s', maxDuration: '10s', dialTimeout: '1s' },
    passive: { enabled: false },
    addresses: { policy: 'Any' },
    storage: { claim: 'state' }
  }]
}
