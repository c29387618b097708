import { AdminServer } from '../core/admin/admin-server.ts'
import { defined } from '../core/defined.ts'
import { ControllerMetrics } from './metrics/controller-metrics.ts'
import { addProbeGauges } from './metrics/probe-metrics.ts'
import { KINDS, strimziKinds } from './model/naming/kinds.ts'
import { APPLIED_BY, MANAGED_SELECTOR, NAMESPACE_LABEL, PROBE_LABEL } from './model/naming/labels.ts'
import { leaseName } from './model/naming/names.ts'
import { ADMIN_PORT } from './model/pod/pod.ts'
import { ClaimRegistry } from './reconcile/claims/claim-registry.ts'
import { FirstSeen } from './reconcile/observe/first-seen.ts'
import { MONITORING, servedVersionOf, STRIMZI } from './reconcile/observe/served-version.ts'
import { trimmedPod } from './reconcile/observe/trimmed-pod.ts'
import { Reconciler } from './reconcile/reconciler.ts'
import { Applier } from './runtime/applier.ts'
import { Controller } from './runtime/controller.ts'
import { EventRecorder } from './runtime/event-recorder.ts'
import { KubeClient } from './runtime/kube-client.ts'
import { keyOf } from './runtime/kube-object.ts'
import { Leader } from './runtime/leader.ts'
import { readPodJson } from './runtime/pod-status.ts'
import { SecretPoller } from './runtime/secret-poller.ts'
import type { Logger } from '../core/process/logger.ts'
import type { Registry } from '../core/process/metrics.ts'
import type { Progress } from '../core/process/progress.ts'
import type { Clock } from '../core/time/clock.ts'
import type { NetworkPeer } from './model/probe/cluster-probe.ts'
import type { Images } from './model/probe/images.ts'
import type { ClusterPolicy } from './policy/cluster-policy.ts'
import type { Watched } from './runtime/controller.ts'
import type { KubeObject } from './runtime/kube-object.ts'
import type { QueueObserver } from './runtime/work-queue.ts'

/** Options of the command line. */
export interface OperatorOptions {
  images: Images

  /** Only PeerProbes of these namespaces; empty for all. */
  namespaces?: readonly string[]

  /** Namespace of the lease. */
  leaseNamespace: string

  /** Deployment of that namespace that owns the lease: the lease is deleted with it. Without it the lease stays. */
  leaseOwner: string | undefined

  /** Unique among all operators: the pod's name. */
  identity: string

  admin: { host: string, port: number }

  /** Whether to read the `/status` of pods. */
  readsPods: boolean

  /** Who may reach the admin ports of pods; everybody when absent. */
  scrapers?: readonly NetworkPeer[] | undefined

  /** Whether a Secret is used only if it allows it. If false, everybody who may create PeerProbes can read the Secrets of their namespace. */
  secretsNeedConsent: boolean

  /** What PeerProbes may ask for. */
  policy: ClusterPolicy
}

export interface OperatorDeps {
  log: Logger
  clock: Clock
  registry: Registry
  progress: Progress
}

const WORKERS = 8
const POD_STATUS = { port: ADMIN_PORT, path: '/status', timeoutMs: 1_000 }

// A watch gets a bookmark each minute.
const SILENT_LIMIT_MS = 300_000

/** Waits until it holds the lease, then reconciles PeerProbes until `signal` aborts. */
export async function runOperator (deps: OperatorDeps, options: OperatorOptions, signal: AbortSignal): Promise<void> {
  const { log, clock, registry, progress } = deps
  const client: KubeClient = KubeClient.fromEnvironment({
    onRequest: (end) => {
      parts.metrics?.requested(end, new URL(client.server).host)
    }
  })
  const lease = leaseOf(options)
  const leader = new Leader({ client, clock, log }, {
    lease,
    identity: options.identity,
    ...defined({ owner: options.leaseOwner === undefined ? undefined : { kind: KINDS.deployment, name: options.leaseOwner } })
  })
  const lookout = new SecretPoller({
    client,
    clock,
    log,
    onChange: (owner) => {
      controller.queue.add(owner)
    }
  }, KINDS.secret)
  const parts: Parts = { client, leader, lookout, metrics: undefined }
  const controller: Controller = buildController(deps, options, parts)
  parts.metrics = new ControllerMetrics(registry, {
    controller: 'peerprobe',
    workers: WORKERS,
    depth: () => controller.queue.depth,
    active: () => controller.queue.active,
    longestMs: () => controller.queue.longestMs,
    isLeader: () => leader.isLeader,
    watches: () => controller.watches,
    polled: () => lookout.size
  })
  addProbeGauges(registry, {
    probes: () => leader.isLeader ? controller.store('PeerProbe').all() : [],
    cronJob: key => controller.store('CronJob').get(key)
  })

  await using server = await AdminServer.open({
    log,
    progress,
    registry,
    notReady: () => signal.aborted ? 'stopping' : leader.isLeader && controller.silentMs > SILENT_LIMIT_MS ? 'the API server is silent' : undefined,
    // An operator that waits for the lease is ready as well, since it can take over at once. The holder is shown here and in the log.
    status: () => ({ leader: leader.isLeader, lease: keyOf(lease), holder: leader.holder, queue: controller.queue.depth })
  }, options.admin)
  log.info({ port: server.port, server: client.server }, 'operator up')

  await leader.lead(async (life) => {
    await Promise.all([controller.run(life), lookout.run(life)])
  }, signal)
}

function leaseOf ({ leaseNamespace, namespaces }: OperatorOptions): { namespace: string, name: string } {
  return { namespace: leaseNamespace, name: leaseName(namespaces) }
}

interface Parts { client: KubeClient, leader: Leader, lookout: SecretPoller, metrics: ControllerMetrics | undefined }

function buildController ({ log, clock }: OperatorDeps, options: OperatorOptions, parts: Parts): Controller {
  const { images, namespaces = [], identity, readsPods, secretsNeedConsent, policy } = options
  const { client, leader, lookout } = parts
  const strimziVersion = servedVersionOf(client, clock, STRIMZI)
  const applier = new Applier({
    client,
    mayWrite: () => leader.isLeader,
    onAnswer: (object) => {
      controller.remember(object)
    },
    onWrite: (kind, outcome, field) => {
      log.info({ kind, outcome, field }, 'object written')
      parts.metrics?.wrote(kind, outcome)
    }
  }, APPLIED_BY)
  const controller: Controller = new Controller({
    client,
    clock,
    log,
    reconcile: async (key, signal) => await reconciler.reconcile(key, signal),
    observer: observerOf(log, parts)
  }, {
    watched: watchedIn(namespaces, watchedKinds()),
    workers: WORKERS,
    optional: async life => watchedIn(namespaces, strimziWatched(await strimziVersion(life)))
  })
  const reconciler = new Reconciler({
    client,
    applier,
    events: new EventRecorder({ client, clock, log }, { name: 'peerprobe.dev/operator', instance: identity }),
    clock,
    log,
    store: kind => controller.store(kind),
    isWatched: (kind, namespace) => controller.isWatched(kind, namespace),
    secretsNeedConsent,
    policy,
    lookout,
    strimziVersion,
    monitoringVersion: servedVersionOf(client, clock, MONITORING),
    readStatus: readsPods ? async (pod, signal) => await readPodJson(pod, POD_STATUS, signal) : async () => { await Promise.resolve(undefined) },
    lease: keyOf(leaseOf(options)),
    claims: new ClaimRegistry(),
    ages: new FirstSeen(clock),
    images,
    scrapers: options.scrapers
  })

  return controller
}

function observerOf (log: Logger, parts: Parts): QueueObserver {
  return {
    added: () => parts.metrics?.added(),
    started: ms => parts.metrics?.started(ms),
    finished: (result, ms) => {
      if ('err' in result) {
        log.warn({ err: result.err }, 'reconciliation failed, retrying')
      }
      parts.metrics?.finished(result, ms)
    },
    retried: () => parts.metrics?.retried()
  }
}

const OWNED = { labelSelector: MANAGED_SELECTOR, index: PROBE_LABEL, keysOf: ownerKeys }

// Changes of these objects, by Strimzi or by a person, trigger a reconciliation at once.
function strimziWatched (version: string | undefined): Watched[] {
  if (version === undefined) {
    return []
  }

  const { kafkaTopic, kafkaUser } = strimziKinds(version)

  return [kafkaTopic, kafkaUser].map(kind => ({ kind, ...OWNED }))
}

function watchedIn (namespaces: readonly string[], watched: readonly Watched[]): Watched[] {
  return namespaces.length === 0 ? [...watched] : watched.flatMap(what => namespaces.map(namespace => ({ ...what, namespace })))
}

function watchedKinds (): Watched[] {
  const children = [
    KINDS.configMap,
    KINDS.serviceAccount,
    KINDS.service,
    KINDS.deployment,
    KINDS.job,
    KINDS.cronJob,
    KINDS.networkPolicy,
    KINDS.disruptionBudget
  ]

  return [
    { kind: KINDS.peerProbe, keysOf: ({ metadata }) => [keyOf(metadata)] },
    // The operator does not write this kind and reads only its status.
    { kind: KINDS.pod, ...OWNED, trim: trimmedPod },
    ...children.map((kind): Watched => ({ kind, ...OWNED }))
  ]
}

function ownerKeys ({ metadata: { labels = {}, namespace = '' } }: KubeObject): string[] {
  const name = labels[PROBE_LABEL]

  return name === undefined ? [] : [keyOf({ namespace: labels[NAMESPACE_LABEL] ?? namespace, name })]
}
