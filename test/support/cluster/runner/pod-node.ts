// A node that runs pods. It registers with a test's API server with a kubelet's certificate and rights, runs the pods that
// the scheduler assigns to it, each with its own command, configuration and Secrets, and reports their status.
import { setTimeout as delay } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { errorText } from '../../../../core/errors.ts'
import { isNotFound, KubeClient } from '../../../../operator/runtime/kube-client.ts'
import { pathOf } from '../../../../operator/runtime/kube-object.ts'
import { TempFolder } from '../../temp-folder.ts'
import { readImage } from './image.ts'
import { KubeletLogs } from './kubelet-logs.ts'
import { PodAddresses } from './node-network.ts'
import { PodRunner } from './pod-runner.ts'
import { podFolder } from './pod-volumes.ts'
import { POD } from './pod.ts'
import { Registry } from './registry.ts'
import type { KindRef } from '../../../../operator/runtime/kube-object.ts'
import type { CommandEnd, ControlPlane } from '../../servers/control-plane.ts'
import type { Pod } from './pod.ts'

const NAME = 'runner-0'
const NODE: KindRef = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false }
const SIZE = { 'cpu': '64', 'memory': '256Gi', 'ephemeral-storage': '1Ti', 'pods': '500' }
const POLL_MS = 150
const RENEWED_EACH = 10
const STOP_MS = 20_000
const MAX_FAILURES = 20

/** See the head of this file. Dispose it before the API server. */
export class PodNode implements AsyncDisposable {
  readonly #client: KubeClient
  readonly #logs: KubeletLogs
  readonly #registry: Registry
  readonly #folder = new TempFolder()
  readonly #image = readImage()
  readonly #addresses = new PodAddresses()
  readonly #pods = new Map<string, { pod: Pod, runner: PodRunner }>()
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  /** What went wrong in the node itself, which the test that disposes of it throws. */
  readonly #failures = new Set<unknown>()

  private constructor (client: KubeClient, logs: KubeletLogs) {
    this.#client = client
    this.#logs = logs
    this.#registry = new Registry(client)
    this.#running = this.#noted(this.#run())
  }

  /** Registers the node; resolves when it accepts pods. */
  static async open (plane: ControlPlane): Promise<PodNode> {
    const config = new KubeConfig()
    config.loadFromFile(plane.kubeconfigOf(`system:node:${NAME}`, 'system:nodes'))
    const client = new KubeClient(config)
    const logs = await KubeletLogs.open(config, plane.host, (namespace, name) => node.outputOf(namespace, name))
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }]
    const metadata = { name: NAME, labels: { 'kubernetes.io/hostname': NAME, 'kubernetes.io/os': 'linux' } }
    const served = { addresses: [{ type: 'InternalIP', address: plane.host }], daemonEndpoints: { kubeletEndpoint: { Port: logs.port } } }
    const body = { apiVersion: 'v1', kind: 'Node', metadata, status: { allocatable: SIZE, capacity: SIZE, conditions, ...served } }
    await client.json({ method: 'POST', path: pathOf(NODE), body }, new AbortController().signal)

    const node: PodNode = new PodNode(client, logs)

    return node
  }

  /** The folder of all claims, by namespace. */
  get claims (): string {
    return this.#folder.file('claims')
  }

  /** Runs a command in the pod whose name has a prefix, like `kubectl exec`. */
  async exec (namespace: string, name: string, command: readonly string[], input?: string): Promise<CommandEnd> {
    return await this.#find(namespace, name).runner.container.exec(command, input)
  }

  /** The output of the pod whose name has a prefix. */
  logs (namespace: string, name: string): string {
    return this.#find(namespace, name).runner.output
  }

  /** What a pod has printed; undefined where there is none of this name. */
  outputOf (namespace: string, name: string): string | undefined {
    return [...this.#pods.values()].find(({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name === name)?.runner.output
  }

  /** @throws AggregateError where a pod could not be run, or its status not be written, once everything has ended */
  async [Symbol.asyncDispose] (): Promise<void> {
    await using stack = new AsyncDisposableStack()
    stack.use(this.#folder)
    stack.use(this.#logs)
    this.#stop.abort()
    await this.#running
    await Promise.all([...this.#leaving.values(), ...[...this.#pods.values()].map(async ({ runner }) => {
      await this.#noted(runner.stop(STOP_MS))
    })])

    if (this.#failures.size > 0) {
      throw new AggregateError(this.#failures, `the node of the test failed: ${[...this.#failures].map(errorText).join('; ')}`)
    }
  }

  #find (namespace: string, name: string): { pod: Pod, runner: PodRunner } {
    const found = [...this.#pods].filter(([uid]) => !this.#leaving.has(uid)).map(([, known]) => known)
      .findLast(({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name.startsWith(name))

    if (found === undefined) {
      throw new TypeError(`no pod of ${namespace} has a name that begins with ${name}`)
    }

    return found
  }

  // Never rejects: what nobody awaits yet would end the test's process.
  async #noted (work: Promise<void>): Promise<void> {
    await work.catch((err: unknown) => {
      this.#failures.add(err)
    })
  }

  async #run (): Promise<void> {
    for (let round = 1, failures = 0; !this.#stop.signal.aborted; round++) {
      try {
        await this.#look()
        failures = 0
      } catch (err) {
        if (++failures === MAX_FAILURES) {
          throw err
        }
      }

      // A kubelet takes a minute.
      if (round % RENEWED_EACH === 0) {
        await Promise.all([...this.#pods.values()].map(async ({ runner }) => {
          await runner.renew()
        }))
      }

      await delay(POLL_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined) // the end
    }
  }

  async #look (): Promise<void> {
    const { items } = await this.#client.json({ method: 'GET', path: pathOf(POD), query: { fieldSelector: `spec.nodeName=${NAME}` } }, new AbortController().signal) as { items: Pod[] }

    for (const pod of items.map(item => ({ ...item, apiVersion: 'v1', kind: 'Pod' }))) {
      this.#take(pod)
    }
  }

  #take (pod: Pod): void {
    const { uid = '', deletionTimestamp } = pod.metadata
    const known = this.#pods.get(uid)

    if (deletionTimestamp !== undefined) {
      if (!this.#leaving.has(uid)) {
        this.#leaving.set(uid, this.#noted(this.#remove(pod, known?.runner)))
      }
    } else if (known === undefined && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) {
      const { hostname: host, port } = new URL(this.#client.server)
      const shared = { apiServer: { host, port }, client: this.#client, image: this.#image, registry: this.#registry, claims: this.claims }
      const runner = new PodRunner({ ...shared, folder: podFolder(this.#folder.path, pod), address: this.#addresses.next() }, pod)
      void this.#noted(runner.done)
      this.#pods.set(uid, { pod, runner })
    }
  }

  async #remove (pod: Pod, runner: PodRunner | undefined): Promise<void> {
    const { uid = '' } = pod.metadata
    await runner?.stop(Number(pod.metadata['deletionGracePeriodSeconds'] ?? 0) * 1_000)
    this.#pods.delete(uid)

    try {
      await this.#client.json({ method: 'DELETE', path: pathOf(POD, pod.metadata), body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } } }, new AbortController().signal)
    } catch (err) {
      // The pod of a Job that has ended is gone as soon as the controller lets go of it.
      if (!isNotFound(err)) {
        throw err
      }
    }
  }
}
