import { fileURLToPath } from 'node:url'
import { defined } from '../../../core/defined.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { findProgram } from '../../../scripts/provision/programs.ts'
import { ControlPlane } from '../servers/control-plane.ts'
import { until } from '../until.ts'
import { POD_MONITOR_CRD } from './monitoring-crd.ts'
import { grantRole, OPERATOR_USER, OperatorProcess } from './operator-process.ts'
import { NODE_ADDRESS } from './runner/node-network.ts'
import { PodNode } from './runner/pod-node.ts'
import { STRIMZI_CRDS } from './strimzi-crds.ts'
import type { Condition } from '../../../operator/reconcile/conditions/conditions.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const CRDS = fileURLToPath(new URL('../../../crds', import.meta.url))
const found = cluster.find()

/** Why a cluster cannot run here, or undefined. */
export const missingCluster = 'missing' in found ? found.missing : findProgram('openssl') === undefined ? 'no openssl on this machine to make certificates with' : undefined

// Much longer than the promised 10 s: the machine may be busy.
const LIMIT_MS = 90_000

/** Options of {@link ClusterRig.open}. */
export interface ClusterRigOptions {
  /** @default true */
  strimzi?: boolean

  /** Runs the real commands of pods instead of simulating them. The test file must run in its own network (`runner/node-network.ts`). @default false */
  runsPods?: boolean

  /** A control plane that stands already, whose operators come from elsewhere; its owner disposes of it. */
  plane?: ControlPlane
}

/** What to wait for in a `Ready` condition besides its status. */
export interface ReadyWanted {
  reason?: string
  words?: RegExp
  name?: string

  /** @default 90000 */
  limitMs?: number
}

/** A control plane with the PeerProbe's definition, and operators from source. */
export class ClusterRig implements AsyncDisposable {
  readonly plane: ControlPlane
  readonly kubeconfig: string
  readonly #operators: OperatorProcess[] = []
  readonly #ownsPlane: boolean
  #node: PodNode | undefined

  private constructor (plane: ControlPlane, ownsPlane: boolean) {
    this.plane = plane
    this.#ownsPlane = ownsPlane
    this.kubeconfig = plane.kubeconfigOf(OPERATOR_USER)
  }

  static async open ({ strimzi = true, runsPods = false, plane: standing }: ClusterRigOptions = {}): Promise<ClusterRig> {
    const plane = standing ?? await ControlPlane.open('at' in found ? found.at : '', { kwok: !runsPods, ...defined({ host: runsPods ? NODE_ADDRESS : undefined }) })
    const rig = new ClusterRig(plane, standing === undefined)

    try {
      rig.#node = runsPods ? await PodNode.open(plane) : undefined
      await plane.kubectl(['apply', '--server-side', '-f', CRDS])
      await grantRole(plane)

      if (strimzi) {
        await rig.installStrimzi()
      }
      await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s'])
    } catch (err) {
      await rig[Symbol.asyncDispose]()
      throw err
    }

    return rig
  }

  async installPodMonitors (): Promise<void> {
    await this.plane.apply(POD_MONITOR_CRD)
    await this.plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s'])
  }

  async installStrimzi (): Promise<void> {
    await this.plane.apply(...STRIMZI_CRDS)
    await this.plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s'])
  }

  /** Starts an operator, optionally from a folder with another version of the source. */
  operator (args: string[] = [], root?: string): OperatorProcess {
    // Simulated pods have no status.
    const operator = new OperatorProcess(this.kubeconfig, [...this.#node === undefined ? ['--no-pod-status'] : [], ...args], root)
    this.#operators.push(operator)

    return operator
  }

  /** The node that runs pods. @throws TypeError if pods are simulated */
  get node (): PodNode {
    if (this.#node === undefined) {
      throw new TypeError('pods are simulated here: open the rig with runsPods')
    }

    return this.#node
  }

  /** Creates a namespace with the Secret of the database. */
  async namespace (name: string): Promise<void> {
    await this.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await this.secret(name)
  }

  async secret (namespace: string): Promise<void> {
    await this.plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace, labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'probe', password: 'secret' } })
  }

  /** Applies a PeerProbe, by default with plain brokers. */
  async probe (namespace: string, spec: object = {}, name = 'amino'): Promise<void> {
    await this.plane.apply(probeOf(namespace, spec, name))
  }

  /** Changes a PeerProbe without effect, so that the operator reads the figures of its processes now and not within a minute. */
  async touch (namespace: string, name = 'amino'): Promise<void> {
    await this.plane.kubectl(['annotate', 'pp', name, '-n', namespace, '--overwrite', `lab/touched=${String(performance.now())}`])
  }

  /** A condition of a PeerProbe, once the operator has written it for the present generation. */
  async condition (namespace: string, type: string, name = 'amino'): Promise<Condition | undefined> {
    const { metadata: { generation }, status } = await this.plane.get<KubeObject & { status?: { conditions?: Condition[] } }>('pp', name, '-n', namespace)

    return status?.conditions?.find(condition => condition.type === type && condition.observedGeneration === generation)
  }

  /** Waits for `Ready` to have a status and, if given, a reason and a message. */
  async untilReady (namespace: string, status: string, { reason, words, name, limitMs = LIMIT_MS }: ReadyWanted = {}): Promise<void> {
    let last: Condition | undefined

    try {
      await until(`${name ?? 'amino'} of ${namespace} is ${status === 'True' ? '' : 'not '}ready`, async () => {
        last = await this.condition(namespace, 'Ready', name)
        return last?.status === status && (reason === undefined || last.reason === reason) && (words === undefined || words.test(last.message))
      }, limitMs)
    } catch (err) {
      throw new TypeError(`${namespace}: Ready is ${JSON.stringify(last)}, not ${status} ${reason ?? ''} ${String(words)}; ${this.#operators.at(-1)?.output.slice(-1_500) ?? ''}`, { cause: err })
    }
  }

  /** Objects of some kinds in a namespace, as `kind/name`, without those that Kubernetes creates itself. */
  async objects (namespace: string, kinds = 'deployment,job,cronjob,configmap,serviceaccount,networkpolicy,poddisruptionbudget,secret'): Promise<string[]> {
    const { items } = await this.plane.get<{ items: KubeObject[] }>(kinds, '-n', namespace)

    return items.map(({ kind, metadata: { name } }) => `${kind}/${name}`).filter(text => !['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default', 'Secret/mysql'].includes(text)).sort()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    // Whatever fails to end, the rest ends: a process that is left would keep the test from ending.
    await using stack = new AsyncDisposableStack()

    if (this.#ownsPlane) {
      stack.use(this.plane)
    }
    stack.use(this.#node)
    this.#operators.forEach(operator => stack.use(operator))
  }
}

/** A PeerProbe with one scan, plain brokers and a database. */
export function probeOf (namespace: string, spec: object = {}, name = 'amino'): KubeObject {
  return {
    apiVersion: 'peerprobe.dev/v1alpha1',
    kind: 'PeerProbe',
    metadata: { name, namespace },
    spec: {
      scans: [{ name: 'main', network: { preset: 'ipfs' } }],
      kafka: { brokers: [`kafka.${namespace}:9092`] },
      mysql: { host: `db.${namespace}`, database: 'ipfs', credentialsSecret: { name: 'mysql' } },
      ...spec
    }
  }
}
