import type { Logger } from '../../../core/process/logger.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { ClusterProbe, NetworkPeer } from '../../model/probe/cluster-probe.ts'
import type { Images } from '../../model/probe/images.ts'
import type { ClusterPolicy } from '../../policy/cluster-policy.ts'
import type { Applier } from '../../runtime/applier.ts'
import type { EventRecorder } from '../../runtime/event-recorder.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ObjectStore } from '../../runtime/object-store.ts'
import type { SecretPoller } from '../../runtime/secret-poller.ts'
import type { ClaimRegistry } from '../claims/claim-registry.ts'
import type { FirstSeen } from '../observe/first-seen.ts'
import type { ServedVersion } from '../observe/served-version.ts'

/** Dependencies that all steps of a reconciliation share. */
export interface ReconcileDeps {
  client: Pick<KubeClient, 'get' | 'json' | 'merge' | 'putStatus'>
  applier: Applier
  events: Pick<EventRecorder, 'record'>
  clock: Clock
  log: Logger

  /** The cache of a watched kind. */
  store: (kind: string) => ObjectStore

  /** Whether a kind is watched in a namespace; objects of other kinds are read each time. */
  isWatched: (kind: string, namespace: string | undefined) => boolean

  /** Whether a Secret is used only if it allows it. */
  secretsNeedConsent: boolean

  /** What the cluster's owner allows PeerProbes to ask for. */
  policy: ClusterPolicy

  /** Receives the Secrets that were read: Secrets are not watched. */
  lookout: Pick<SecretPoller, 'note'>

  /** Served version of Strimzi's kinds, or undefined. */
  strimziVersion: ServedVersion

  /** Served version of the Prometheus operator's kinds, or undefined. */
  monitoringVersion: ServedVersion

  /** Reads `/status` of a process; undefined when it does not answer. */
  readStatus: (pod: KubeObject, signal: AbortSignal) => Promise<unknown>

  /** Lease of this operator, as namespace/name. */
  lease: string

  /** Which PeerProbe holds which topic, group and database. */
  claims: ClaimRegistry

  /** How long objects have been in their present state. */
  ages: FirstSeen

  images: Images

  /** Who may reach the admin ports of pods; everybody when absent. */
  scrapers?: readonly NetworkPeer[] | undefined
}

/** The PeerProbe of a reconciliation: parsed, and as the API server returned it. */
export interface Work {
  readonly probe: ClusterProbe
  readonly object: KubeObject
}
