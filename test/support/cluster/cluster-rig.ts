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

/** Why the cluster cannot be had here, or undefined. */
export const missingCluster = 'missing' in found ? found.missing : findProgram('openssl') === undefined ? 'no openssl on this machine to make certificates with' : undefined

// Much longer than what is promised (10 s): the machine may be busy.
const LIMIT_MS = 90_000

/** What {@link ClusterRig.open} makes. */
export interface ClusterRigOptions {
  /** @default true */
  strimzi?: boolean

  /** Runs each pod's own command instead of pretending; the test file must be in a network of its own (`runner/node-network.ts`). @default false */
  runsPods?: boolean
}

/** What of a `Ready` condition is waited for beside its status. */
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
  #node: PodNode | undefined

  private constructor (plane: ControlPlane) {
    this.plane = plane
    this.kubeconfig = plane.kubeconfigOf(OPERATOR_USER)
  }

  static async open ({ strimzi = true, runsPods = false }: ClusterRigOptions = {}): Promise<ClusterRig> {
    const plane = await ControlPlane.open('at' in found ? found.at : '', { kwok: !runsPods, ...defined({ host: runsPods ? NODE_ADDRESS : undefined }) })
    const rig = new ClusterRig(plane)

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

  /** Starts an operator, from a folder with another version of the source where one is given. */
  operator (args: string[] = [], root?: string): OperatorProcess {
    // Pretended pods have no figures.
    const operator = new OperatorProcess(this.kubeconfig, [...this.#node === undefined ? ['--no-pod-status'] : [], ...args], root)
    this.#operators.push(operator)

    return operator
  }

  /** The node that runs pods. @throws TypeError where they are pretended */
  get node (): PodNode {
    if (this.#node === undefined) {
      throw new TypeError('pods are pretended here: open the rig with runsPods')
    }

    return this.#node
  }

  /** A namespace with the database's Secret in it. */
  async namespace (name: string): Promise<void> {
    await this.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await this.secret(name)
  }

  async secret (namespace: string): Promise<void> {
    await this.plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace, labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'probe', password: 'secret' } })
  }

  /** Applies a PeerProbe with plain brokers unless told otherwise. */
  async probe (namespace: string, spec: object = {}, name = 'amino'): Promise<void> {
    await this.plane.apply(probeOf(namespace, spec, name))
  }

  /** A condition of a PeerProbe, once the operator has written it about the PeerProbe as it is now. */
  async condition (namespace: string, type: string, name = 'amino'): Promise<Condition | undefined> {
    const { metadata: { generation }, status } = await this.plane.get<KubeObject & { status?: { conditions?: Condition[] } }>('pp', name, '-n', namespace)

    return status?.conditions?.find(condition => condition.type === type && condition.observedGeneration === generation)
  }

  /** Waits for `Ready` to have a status and, where given, a reason and words. */
  async untilReady (namespace: string, status: string, { reason, words, name, limitMs = LIMIT_MS }: ReadyWanted = {}): Promise<void> {
    let last: Condition | undefined

    try {
      await until('the condition', async () => {
        last = await this.condition(namespace, 'Ready', name)
        return last?.status === status && (reason === undefined || last.reason === reason) && (words === undefined || words.test(last.message))
      }, limitMs)
    } catch (err) {
      throw new TypeError(`${namespace}: Ready is ${JSON.stringify(last)}, not ${status} ${reason ?? ''} ${String(words)}; ${this.#operators.at(-1)?.output.slice(-1_500) ?? ''}`, { cause: err })
    }
  }

  /** Objects of kinds in a namespace, as `kind/name`, without those that Kubernetes makes itself. */
  async objects (namespace: string, kinds = 'deployment,job,cronjob,configmap,serviceaccount,networkpolicy,poddisruptionbudget,secret'): Promise<string[]> {
    const { items } = await this.plane.get<{ items: KubeObject[] }>(kinds, '-n', namespace)

    return items.map(({ kind, metadata: { name } }) => `${kind}/${name}`).filter(text => !['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default', 'Secret/mysql'].includes(text)).sort()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all(this.#operators.map(async (operator) => {
      await operator[Symbol.asyncDispose]()
    }))
    await this.#node?.[Symbol.asyncDispose]()
    await this.plane[Symbol.asyncDispose]()
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
