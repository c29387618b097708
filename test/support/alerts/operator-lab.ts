// An operator behind a proxy on a real API server, PeerProbes that it looks after, and a Prometheus that scrapes it as its PodMonitor
// would have it and evaluates the alerts on operators. Durations of these are divided by FASTER. The silence of a watch cannot be: the
// API server sends something once a minute, and the operator asks it again after two and a half. The alert waits for little more.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { CHART } from '../cluster/chart-rig.ts'
import { ClusterRig } from '../cluster/cluster-rig.ts'
import { FaultyProxy } from '../cluster/faulty-proxy.ts'
import { OperatorProcess } from '../cluster/operator-process.ts'
import { Prometheus } from '../servers/prometheus.ts'
import { TempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { fasterRules } from './faster-rules.ts'

const FASTER = 20
const STALE = { as: '> 240', here: '> 165' }
const TARGET = { namespace: 'peerprobe-system', job: 'peerprobe-system/probe-operator', pod: 'probe-operator' }
const LIMIT_MS = 120_000

/** See the head of this file. */
export class OperatorLab implements AsyncDisposable {
  readonly proxy: FaultyProxy
  readonly prometheus: Prometheus
  readonly operator: OperatorProcess
  readonly #rig: ClusterRig
  readonly #stack: AsyncDisposableStack
  #probes = 0

  private constructor (parts: Pick<OperatorLab, 'proxy' | 'prometheus' | 'operator'>, rig: ClusterRig, stack: AsyncDisposableStack) {
    this.proxy = parts.proxy
    this.prometheus = parts.prometheus
    this.operator = parts.operator
    this.#rig = rig
    this.#stack = stack
  }

  /** Starts everything, with one PeerProbe; resolves when that is ready and the operator is scraped. */
  static async open (): Promise<OperatorLab> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    const rig = stack.use(await ClusterRig.open({ strimzi: false }))
    const proxy = stack.use(await FaultyProxy.open(rig.kubeconfig, () => 1))
    proxy.isFaulty = false
    writeFileSync(folder.file('kubeconfig'), JSON.stringify(proxy.kubeconfig))
    writeFileSync(folder.file('rules.yaml'), rules())
    const operator = stack.use(new OperatorProcess(folder.file('kubeconfig'), ['--no-pod-status']))
    const prometheus = stack.use(await Prometheus.open({ ruleFiles: [folder.file('rules.yaml')] }))
    const lab = new OperatorLab({ proxy, prometheus, operator }, rig, stack)
    await lab.createProbes(1)
    await rig.untilReady('lab-0', 'True')
    await prometheus.setTargets([{ address: `127.0.0.1:${String(await adminPortOf(operator))}`, labels: TARGET, honorLabels: true }])
    await prometheus.waitFor('leader_election_master_status == 1')

    return new OperatorLab({ proxy, prometheus, operator }, rig, stack.move())
  }

  /** Creates PeerProbes, each in a namespace of its own: they would share topic and database otherwise. */
  async createProbes (count: number): Promise<void> {
    for (const last = this.#probes + count; this.#probes < last; this.#probes++) {
      const namespace = `lab-${String(this.#probes)}`
      await this.#rig.namespace(namespace)
      await this.#rig.probe(namespace)
    }
  }

  /** Names of the alerts that fire now. */
  async firing (): Promise<string[]> {
    return (await this.prometheus.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }
}

function rules (): string {
  const parts = fasterRules(readFileSync(`${CHART}/rules.yaml`, 'utf8'), FASTER).split(STALE.as)
  assert.equal(parts.length, 2)

  return parts.join(STALE.here)
}

/** The port of the metrics of an operator, once it has written it to its log. */
export async function adminPortOf (operator: OperatorProcess): Promise<number> {
  let port = 0

  await until('the operator is up', () => {
    const line = operator.output.split('\n').find(text => text.includes('"msg":"operator up"'))
    port = line === undefined ? 0 : (JSON.parse(line) as { port: number }).port

    return port !== 0
  }, LIMIT_MS)

  return port
}
