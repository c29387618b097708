import { defined } from '../../core/defined.ts'
import { ProbeError } from '../../core/errors.ts'
import { KINDS } from '../model/naming/kinds.ts'
import { MANAGED_SELECTOR, PROBE_LABEL } from '../model/naming/labels.ts'
import { backupName, consumerName, hashKeyName } from '../model/naming/names.ts'
import { othersPolicyName, scrapersOf } from '../model/network/policies.ts'
import { DEFAULT_BACKUP } from '../model/probe/images.ts'
import { prepareObjects } from '../model/workloads.ts'
import { requireAllowed } from '../policy/refusals.ts'
import { isOurs } from '../reconcile/apply/apply-step.ts'
import { formerUser } from '../reconcile/kafka/former-user.ts'
import { readProbe } from '../reconcile/observe/read-probe.ts'
import { backupImageOf, imagesOf } from '../reconcile/observe/running-image.ts'
import { statusField } from '../reconcile/observe/strimzi-status.ts'
import { wholePlan } from '../reconcile/plan/whole-plan.ts'
import { leftOver, PRUNED } from '../reconcile/steps/prune.ts'
import { pathOf } from '../runtime/kube-object.ts'
import { objectDiff } from './object-diff.ts'
import type { ClusterProbe, ModelInput } from '../model/probe/cluster-probe.ts'
import type { Images } from '../model/probe/images.ts'
import type { Desired } from '../model/probe/owned.ts'
import type { ReconcileDeps } from '../reconcile/apply/context.ts'
import type { Applier } from '../runtime/applier.ts'
import type { KubeClient } from '../runtime/kube-client.ts'
import type { KindRef, KubeObject } from '../runtime/kube-object.ts'

/** What would happen to one object. */
export interface Change {
  kind: string
  namespace: string
  name: string
  action: 'make' | 'change' | 'remove' | 'keep' | 'refuse'

  /** The lines that differ, or why the object is refused. */
  lines: readonly string[]
}

/** What applying one PeerProbe would do. */
export interface ProbePlan {
  /** The PeerProbe itself first. */
  changes: Change[]

  /** What is missing, and what waits for it. */
  notes: string[]
}

/** What planning needs. Every request is a read or a dry run; nothing is written. */
export interface PlanDeps extends Pick<ReconcileDeps, 'policy' | 'secretsNeedConsent' | 'strimziVersion' | 'monitoringVersion'> {
  client: Pick<KubeClient, 'get' | 'json'> & ReconcileDeps['client']
  applier: Pick<Applier, 'difference' | 'dryRun'>

  /** Image of new workloads. When absent, running workloads keep their image. */
  workloadImage: string | undefined

  /** Image when neither is known. */
  defaultImage: string
}

/** Plans one PeerProbe of a manifest. @throws ProbeError when the API server refuses the manifest, or the operator could not plan it */
export async function planProbe (deps: PlanDeps, manifest: KubeObject, signal: AbortSignal): Promise<ProbePlan> {
  const { before, after } = await rehearse(deps, manifest, signal)
  const probe = readProbe(after)
  requireAllowed(probe, deps.policy)
  const { planned, input, newKeys, missing } = await wholePlan(deps, { probe, object: after }, await placesOf(deps, probe, signal), signal)
  const done = preparedBefore(after, probe, input)
  const changes = [changeOf(KINDS.peerProbe, before, after)]

  for (const desired of planned.filter(({ object }) => !done.has(object.metadata.name))) {
    changes.push(await changeTo(deps, probe, desired, signal))
  }

  // The keys of passive nodes are created once.
  const keys = newKeys.map((name): Change => ({ kind: KINDS.secret.kind, namespace: probe.metadata.namespace, name, action: 'make', lines: [] }))
  const notes = missing === undefined ? [] : [`${missing}: nothing starts before it exists, and until then this plan shows pods as changed`]
  const hashKey = hashKeyName(probe.metadata)

  if (newKeys.includes(hashKey)) {
    const others = 'the names of the prepare Job and its ConfigMap, and the hashes of pods, will differ from those shown here'
    notes.push(`Secret ${hashKey} is created first, with a random key: ${others}`)
  }

  return { changes: [...changes, ...keys, ...await removals(deps, probe, planned, signal)], notes }
}

// As if the PeerProbe contained exactly the manifest, except for the number of consumers: when the
// manifest does not give it, an autoscaler may have set it.
async function rehearse ({ client }: PlanDeps, manifest: KubeObject, signal: AbortSignal): Promise<{ before: KubeObject | undefined, after: KubeObject }> {
  const { metadata } = manifest
  const before = await client.get(KINDS.peerProbe, metadata, signal)
  const query = { dryRun: 'All', fieldValidation: 'Strict' }

  if (before === undefined) {
    return { before, after: await client.json({ method: 'POST', path: pathOf(KINDS.peerProbe, { namespace: metadata.namespace }), query, body: manifest }, signal) as KubeObject }
  }

  const { labels, annotations } = metadata
  const body = {
    ...before,
    metadata: { ...before.metadata, ...defined({ labels }), annotations: { ...before.metadata.annotations, ...annotations } },
    spec: withReplicas(manifest['spec'], before['spec'])
  }

  return { before, after: await client.json({ method: 'PUT', path: pathOf(KINDS.peerProbe, metadata), query, body }, signal) as KubeObject }
}

function withReplicas (spec: unknown, before: unknown): unknown {
  const { consumer } = (before ?? {}) as { consumer?: { replicas?: number } }
  const wanted = spec as { consumer?: object } | undefined

  return consumer?.replicas === undefined ? spec : { ...wanted, consumer: { replicas: consumer.replicas, ...wanted?.consumer } }
}

// The live policies show who may reach the pods.
async function placesOf (deps: PlanDeps, probe: ClusterProbe, signal: AbortSignal): Promise<Pick<ModelInput, 'images' | 'scrapers'>> {
  const { namespace } = probe.metadata
  const policy = await deps.client.get(KINDS.networkPolicy, { namespace, name: othersPolicyName(probe.metadata) }, signal)

  const images = await workloadImages(deps, probe, signal)
  const cronJob = await deps.client.get(KINDS.cronJob, { namespace, name: backupName(probe.metadata) }, signal)

  return { images: { ...images, backup: backupImageOf(cronJob) ?? DEFAULT_BACKUP }, scrapers: scrapersOf(policy) }
}

// The running workloads show how nodes pull their image; a new image is pulled the same way.
async function workloadImages ({ client, workloadImage, defaultImage }: PlanDeps, { metadata }: ClusterProbe, signal: AbortSignal): Promise<Images> {
  const running = imagesOf(await client.get(KINDS.deployment, { namespace: metadata.namespace, name: consumerName(metadata) }, signal))

  return { ...running, workload: workloadImage ?? running?.workload ?? defaultImage }
}

// A Job that has succeeded may be gone by now, and does not come back.
function preparedBefore (object: KubeObject, probe: ClusterProbe, input: ModelInput): ReadonlySet<string> {
  const names = prepareObjects(probe, input).map(desired => desired.object.metadata.name)
  const prepared = statusField(object, 'prepared')

  return new Set(names.includes(String(prepared)) ? [String(prepared)] : [])
}

async function changeTo ({ client, applier }: PlanDeps, probe: ClusterProbe, { kind, object, takesOver }: Desired, signal: AbortSignal): Promise<Change> {
  const live = await client.get(kind, object.metadata, signal)
  const what = placeOf(kind, object)

  if (live !== undefined && !isOurs(live, { probe }) && takesOver !== true) {
    return { ...what, action: 'refuse', lines: ['exists and does not belong to this PeerProbe'] }
  }
  if (applier.difference(object, live) === undefined) {
    return { ...what, action: 'keep', lines: [] }
  }
  // A Secret is neither shown nor tried in a dry run: the caller may lack the right to write Secrets.
  if (kind.kind === KINDS.secret.kind) {
    return { ...what, action: live === undefined ? 'make' : 'change', lines: live === undefined ? [] : ['its contents differ'] }
  }

  try {
    return changeOf(kind, live, await applier.dryRun(kind, object, signal))
  } catch (err) {
    if (!(err instanceof ProbeError)) {
      throw err
    }

    return { ...what, action: 'refuse', lines: [err.message] }
  }
}

async function removals (deps: PlanDeps, probe: ClusterProbe, planned: Desired[], signal: AbortSignal): Promise<Change[]> {
  const changes: Change[] = []
  const { namespace, name } = probe.metadata

  for (const kind of PRUNED) {
    const query = { labelSelector: `${MANAGED_SELECTOR},${PROBE_LABEL}=${name}` }
    const { items } = await deps.client.json({ method: 'GET', path: pathOf(kind, { namespace }), query }, signal) as { items: KubeObject[] }
    changes.push(...leftOver(kind, { probe, planned }, items).map((object): Change => ({ ...placeOf(kind, object), action: 'remove', lines: [] })))
  }

  const former = await formerUser(deps, probe, signal)

  return former === undefined ? changes : [...changes, { ...placeOf(former.kind, former.object), action: 'remove', lines: [] }]
}

function changeOf (kind: KindRef, before: KubeObject | undefined, after: KubeObject): Change {
  const what = placeOf(kind, after)

  if (before === undefined) {
    return { ...what, action: 'make', lines: [] }
  }

  const lines = objectDiff(before, after)

  return { ...what, action: lines.length === 0 ? 'keep' : 'change', lines }
}

function placeOf ({ kind }: KindRef, { metadata: { namespace = '', name } }: KubeObject): Pick<Change, 'kind' | 'namespace' | 'name'> {
  return { kind, namespace, name }
}
