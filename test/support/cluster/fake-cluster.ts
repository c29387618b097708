// An in-memory API server with the features that reconciling needs: applied objects are stored with a generation.
// The test plays the part of Kubernetes' own controllers.
import { pino } from 'pino'
import { KINDS } from '../../../operator/model/naming/kinds.ts'
import { PROBE_LABEL } from '../../../operator/model/naming/labels.ts'
import { DEFAULT_POLICY } from '../../../operator/policy/cluster-policy.ts'
import { ClaimRegistry } from '../../../operator/reconcile/claims/claim-registry.ts'
import { FirstSeen } from '../../../operator/reconcile/observe/first-seen.ts'
import { Applier } from '../../../operator/runtime/applier.ts'
import { EventRecorder } from '../../../operator/runtime/event-recorder.ts'
import { keyOf } from '../../../operator/runtime/kube-object.ts'
import { ObjectStore } from '../../../operator/runtime/object-store.ts'
import { FakeClock } from '../fake-clock.ts'
import type { ReconcileDeps } from '../../../operator/reconcile/apply/context.ts'
import type { KubeRequest } from '../../../operator/runtime/kube-client.ts'
import type { KindRef, KubeObject, ObjectKey } from '../../../operator/runtime/kube-object.ts'
import type { Sighted } from '../../../operator/runtime/secret-poller.ts'

const WATCHED = new Set(Object.values(KINDS).map(({ kind }) => kind as string).filter(kind => kind !== 'Secret'))

/** See the head of this file. */
export class FakeCluster {
  readonly clock = new FakeClock()
  readonly stores = new Map<string, ObjectStore>()

  /** Writes, such as `apply Deployment amino-consumer`. */
  readonly writes: string[] = []

  strimziVersion: string | undefined

  monitoringVersion: string | undefined

  /** Secrets that are polled, by the PeerProbe that reads them. */
  readonly noted = new Map<string, readonly Sighted[]>()

  /** The answers of pods at /status, by name. */
  readonly answers = new Map<string, unknown>()

  store (kind: string): ObjectStore {
    const store = this.stores.get(kind) ?? new ObjectStore(PROBE_LABEL)
    this.stores.set(kind, store)

    return store
  }

  /** Stores an object as if somebody else had created it. */
  put (object: KubeObject): void {
    const before = this.store(object.kind).get(object.metadata)
    const generation = (before?.metadata.generation ?? 0) + Number(JSON.stringify(before?.['spec']) !== JSON.stringify(object['spec']))
    const now = new Date(this.clock.now()).toISOString()
    const { uid = `uid of ${keyOf(object.metadata)}`, creationTimestamp = now } = { ...before?.metadata, ...object.metadata }
    this.store(object.kind).set({ ...before, ...object, metadata: { ...object.metadata, uid, generation, creationTimestamp } })
  }

  /** Changes the status of an object. */
  status (kind: string, key: ObjectKey, status: object): void {
    const object = this.store(kind).get(key)!
    this.store(kind).set({ ...object, status: { ...object['status'] as object, observedGeneration: object.metadata.generation, ...status } })
  }

  deps (lease = 'default/peerprobe-operator'): ReconcileDeps {
    const client = {
      get: async ({ kind }: KindRef, key: ObjectKey) => this.store(kind).get(key),
      apply: async ({ kind }: KindRef, object: KubeObject, { dryRun = false }: { dryRun?: boolean } = {}) => {
        if (dryRun) {
          return { ...this.store(kind).get(object.metadata), ...object }
        }
        this.writes.push(`apply ${kind} ${object.metadata.name}`)
        // Fields that others wrote stay.
        const { annotations } = this.store(kind).get(object.metadata)?.metadata ?? {}
        this.put({ ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...object.metadata.annotations } } })
        return this.store(kind).get(object.metadata)!
      },
      remove: async ({ kind }: KindRef, key: ObjectKey) => {
        this.writes.push(`remove ${kind} ${key.name}`)
        this.store(kind).delete(key)
      },
      merge: async ({ kind }: KindRef, key: ObjectKey, patch: unknown) => {
        this.writes.push(`merge ${kind} ${key.name}`)
        const object = this.store(kind).get(key)!
        const merged = { ...object, metadata: { ...object.metadata, ...(patch as { metadata: object }).metadata } }
        this.store(kind).set(merged)
        return merged
      },
      putStatus: async ({ kind }: KindRef, object: KubeObject) => {
        this.writes.push(`status ${kind} ${object.metadata.name}`)
        this.store(kind).set(JSON.parse(JSON.stringify(object)) as KubeObject)
        return object
      },
      json: async ({ path, query, body }: KubeRequest) => {
        if (query?.['dryRun'] === 'All') {
          const { metadata, ...object } = body as KubeObject
          return { ...object, metadata: { uid: 'of a dry run', ...metadata } }
        }
        return { items: [...this.stores].filter(([kind]) => path.endsWith(`/${kind.toLowerCase()}s`)).flatMap(([, store]) => store.all()) }
      }
    }
    const log = pino({ level: 'silent' })

    return {
      client,
      applier: new Applier({ client, mayWrite: () => true }, { fieldManager: 'me', hashAnnotation: 'x/applied' }),
      events: new EventRecorder({ client, clock: this.clock, log }, { name: 'c', instance: 'i' }),
      clock: this.clock,
      log,
      store: kind => this.store(kind),
      isWatched: kind => WATCHED.has(kind),
      secretsNeedConsent: true,
      policy: DEFAULT_POLICY,
      lookout: { note: (owner, objects) => void this.noted.set(owner, [...objects]) },
      strimziVersion: async () => this.strimziVersion,
      monitoringVersion: async () => this.monitoringVersion,
      readStatus: async ({ metadata: { name } }) => this.answers.get(name),
      lease,
      claims: new ClaimRegistry(),
      ages: new FirstSeen(this.clock),
      images: { workload: 'peerprobe:1' }
    }
  }

  /** Jobs succeed and Deployments become ready: all of them, or those that a test picks. */
  settle (picks: (object: KubeObject) => boolean = () => true): void {
    for (const { metadata } of this.store('Job').all().filter(picks)) {
      this.status('Job', metadata, { conditions: [{ type: 'Complete', status: 'True' }] })
    }
    for (const { metadata, spec } of this.store('Deployment').all().filter(picks)) {
      const { replicas } = spec as { replicas: number }
      this.status('Deployment', metadata, { replicas, updatedReplicas: replicas, readyReplicas: replicas })
    }
  }
}
