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

/** The parts that every step of a reconcile shares. */
export interface ReconcileDeps {
  client: Pick<KubeClient, 'get' | 'json' | 'merge' | 'putStatus'>
  applier: Applier
  events: Pick<EventRecorder, 'record'>
  clock: Clock
  log: Logger

  /** What was seen of a kind that is watched. */
  store: (kind: string) => ObjectStore

  /** Whether a kind is watched in a namespace; others are asked for each time. */
  isWatched: (kind: string, namespace: string | undefined) => boolean

  /** Whether a Secret is used only where it allows it. */
  secretsNeedConsent: boolean

  /** What the cluster's owner allows PeerProbes to ask for. */
  policy: ClusterPolicy

  /** Told of the Secrets that were read: they are not watched. */
  lookout: Pick<SecretPoller, 'note'>

  /** Served version of Strimzi's kinds, or undefined where there is none. */
  strimziVersion: ServedVersion

  /** Served version of the Prometheus operator's kinds, or undefined where there is none. */
  monitoringVersion: ServedVersion

  /** Reads `/status` of a process; undefined where it does not answer. */
  readStatus: (pod: KubeObject, signal: AbortSignal) => Promise<unknown>

  /** Lease of this operator, as namespace/name. */
  lease: string

  /** Who holds which topic, group and database. */
  claims: ClaimRegistry

  /** How long objects have been as they are. */
  ages: FirstSeen

  images: Images

  /** Who may reach the admin ports of pods; everybody where absent. */
  scrapers?: readonly NetworkPeer[] | undefined
}

/** A PeerProbe that is reconciled: as it was read, and as the API server has it. */
export interface Work {
  readonly probe: ClusterProbe
  readonly object: KubeObject
}
