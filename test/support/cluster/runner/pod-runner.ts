// One pod from the time it is bound to the node until it is deleted: volumes, image, containers, probes, restarts,
// termination message, and its status, which is all that controllers and operators see.
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { defined } from '../../../../core/defined.ts'
import { errorText } from '../../../../core/errors.ts'
import { Container, timestamp, unlessStopped } from './container.ts'
import { runBefore } from './containers-before.ts'
import { PodStatusWriter } from './pod-status-writer.ts'
import { makeVolumes, renewConfigMaps } from './pod-volumes.ts'
import { unknownFields } from './pod.ts'
import { hasStarted, watchProbe } from './probe.ts'
import { serviceHosts } from './service-names.ts'
import type { KubeClient } from '../../../../operator/runtime/kube-client.ts'
import type { Image } from './image.ts'
import type { Pod } from './pod.ts'
import type { Registry } from './registry.ts'

/** What a pod needs to run. */
export interface PodRunnerDeps {
  client: KubeClient
  image: Image
  registry: Registry
  folder: string
  claims: string
  address: string
  apiServer: { host: string, port: string }
}

type State = Record<'running' | 'waiting' | 'terminated', object>

// A kubelet starts with 10 s and stops at 5 min.
const BACKOFF_MS = { first: 1_000, most: 8_000 }
const TRY_AGAIN_MS = 300

/** See the head of this file. */
export class PodRunner {
  /** Resolves when the pod has ended: its commands have finally ended, or it was stopped. */
  readonly done: Promise<void>

  readonly #deps: PodRunnerDeps
  readonly #pod: Pod
  readonly #stop = new AbortController()
  readonly #startTime = timestamp()
  readonly #status: PodStatusWriter
  #container: Container | undefined
  #restarts = 0
  #isReady = false
  #state: Partial<State> = {}
  #lastState: Partial<State> = {}
  #output = ''
  readonly #before: object[] = []

  constructor (deps: PodRunnerDeps, pod: Pod) {
    this.#deps = deps
    this.#pod = pod
    this.#status = new PodStatusWriter(deps.client, pod)
    this.done = this.#run()
  }

  /** The output of its containers. */
  get output (): string {
    return `${this.#output}${this.#container?.output ?? ''}`
  }

  /** The running container. @throws TypeError if there is none */
  get container (): Container {
    if (this.#container === undefined) {
      throw new TypeError(`pod ${this.#pod.metadata.name} runs nothing`)
    }

    return this.#container
  }

  /** Renews what its container sees of ConfigMaps. A deleted one leaves the files as they were. */
  async renew (): Promise<void> {
    if (this.#container !== undefined && !this.#stop.signal.aborted) {
      await renewConfigMaps(this.#deps, this.#pod, this.#stop.signal).catch(() => undefined)
    }
  }

  /** Stops its command with the pod's grace period, and removes its files. */
  async stop (graceMs: number): Promise<void> {
    this.#stop.abort()
    await this.#container?.stop(graceMs)
    await this.done
    rmSync(this.#deps.folder, { recursive: true, force: true })
  }

  async #run (): Promise<void> {
    const { signal } = this.#stop

    try {
      if (await this.#runBefore(signal)) {
        await this.#runAgain(signal)
      } else {
        this.#tell(this.#state, 'Failed')
      }
    } catch (err) {
      // A request that the stop cut off fails in many ways.
      if (!signal.aborted) {
        throw err
      }
    }

    await this.#status.written()
  }

  async #runAgain (signal: AbortSignal): Promise<void> {
    for (let backoffMs = BACKOFF_MS.first; !signal.aborted; backoffMs = Math.min(2 * backoffMs, BACKOFF_MS.most)) {
      const code = await this.#runOnce(signal)
      const { restartPolicy } = this.#pod.spec

      if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && code === 0)) {
        this.#tell({ terminated: this.#end(code) }, code === 0 ? 'Succeeded' : 'Failed')
        return
      }

      this.#lastState = { terminated: this.#end(code) }
      this.#restarts++
      this.#tell({ waiting: { reason: 'CrashLoopBackOff', message: `back-off ${String(backoffMs)}ms restarting failed container` } })
      await delay(backoffMs, undefined, { signal })
    }
  }

  // A pod that starts again after a failure of one of these is none that the product has.
  async #runBefore (signal: AbortSignal): Promise<boolean> {
    return await runBefore(this.#pod, async pod => this.#container = await this.#start(pod, signal), (status, output) => {
      this.#before.push(status)
      this.#output += output
      this.#container = undefined
      this.#tell({ waiting: { reason: 'PodInitializing' } })
    })
  }

  async #runOnce (signal: AbortSignal): Promise<number> {
    const container = await this.#start(this.#pod, signal)
    this.#container = container
    this.#tell({ running: { startedAt: container.startedAt } })
    const watch = new AbortController()
    const watching = this.#watch(container, watch.signal)

    try {
      return await container.ended
    } finally {
      watch.abort()
      await watching
      this.#isReady = false
    }
  }

  // Like a kubelet it tries again, whatever failed: missing volumes and images may appear later, and requests may be answered.
  async #start (pod: Pod, signal: AbortSignal): Promise<Container> {
    for (;;) {
      signal.throwIfAborted()
      const started = await this.#tryStart(pod, signal).catch((err: unknown) => ({ reason: 'ContainerCreating', message: errorText(err) }))

      if (started instanceof Container) {
        return await unlessStopped(started, signal)
      }

      signal.throwIfAborted()
      this.#tell({ waiting: started })
      await delay(TRY_AGAIN_MS, undefined, { signal })
    }
  }

  async #tryStart (pod: Pod, signal: AbortSignal): Promise<Container | { reason: string, message: string }> {
    const { client, folder, claims, address, apiServer, image, registry } = this.#deps
    const unknown = unknownFields(pod)

    if (unknown.length > 0) {
      return { reason: 'CreateContainerConfigError', message: `the tests run no pod with ${unknown.join(', ')}` }
    }

    const refusal = await registry.refusal(pod, signal)

    if (refusal !== undefined) {
      return refusal
    }

    const binds = await makeVolumes({ client, folder, claims }, pod, signal)
    const hosts = await serviceHosts(client, pod.spec.nodeName ?? '', signal)

    return await Container.start({ pod, image, binds, hosts, address, apiServer, folder })
  }

  async #watch (container: Container, signal: AbortSignal): Promise<void> {
    const spec = this.#pod.spec.containers[0]!
    const target = { container: spec, address: this.#deps.address }
    const stop = (): void => {
      void container.stop((this.#pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000)
    }

    if (!await hasStarted(spec.startupProbe, target, signal)) {
      stop()
      return
    }

    this.#isReady = spec.readinessProbe === undefined
    this.#tell({ running: { startedAt: container.startedAt } })

    await Promise.all([
      watchProbe(spec.readinessProbe, target, (isWell) => {
        this.#isReady = isWell
        this.#tell({ running: { startedAt: container.startedAt } })
      }, signal),
      watchProbe(spec.livenessProbe, target, (isWell) => {
        if (!isWell) {
          stop()
        }
      }, signal)
    ])
  }

  #end (exitCode: number): object {
    const { message = '', startedAt, output = '' } = this.#container ?? {}
    this.#output += output
    this.#container = undefined

    return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt, finishedAt: timestamp(), ...defined({ message: message === '' ? undefined : message }) }
  }

  #tell (state: Partial<State>, phase = this.#container === undefined && this.#restarts === 0 ? 'Pending' : 'Running'): void {
    this.#state = state
    this.#status.write(this.#statusOf(phase))
  }

  #statusOf (phase: string): object {
    const ready = this.#isReady && this.#state.running !== undefined
    const { name, image } = this.#pod.spec.containers[0]!
    const truth = (is: boolean): string => is ? 'True' : 'False'

    return {
      phase,
      podIP: this.#deps.address,
      podIPs: [{ ip: this.#deps.address }],
      startTime: this.#startTime,
      conditions: [['PodScheduled', true], ['Initialized', true], ['ContainersReady', ready], ['Ready', ready]].map(([type, is]) => ({ type, status: truth(is === true) })),
      ...this.#before.length === 0 ? {} : { initContainerStatuses: this.#before },
      containerStatuses: [{ name, image, imageID: '', ready, started: this.#state.running !== undefined, restartCount: this.#restarts, state: this.#state, lastState: this.#lastState }]
    }
  }
}
