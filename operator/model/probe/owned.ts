import { API_VERSION, KIND } from '../../api/v1alpha1.ts'
import { KINDS } from '../naming/kinds.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { ClusterProbe } from './cluster-probe.ts'

/** A desired object of one PeerProbe, and its kind. */
export interface Desired {
  kind: KindRef
  object: KubeObject

  /** Whether the object is taken over from another PeerProbe that gave it up. */
  takesOver?: true
}

/** The body of an object and its labels. */
export type Labelled = { labels: Record<string, string> } & Record<string, unknown>

/** An object in the PeerProbe's own namespace. It is deleted with the PeerProbe. */
export function owned (kind: KindRef, { metadata }: ClusterProbe, name: string, { labels, ...rest }: Labelled): Desired {
  const { namespace, name: owner, uid } = metadata
  const ownerReferences = [{ apiVersion: API_VERSION, kind: KIND, name: owner, uid, controller: true, blockOwnerDeletion: true }]

  return {
    kind,
    object: {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: { name, namespace, labels, ownerReferences },
      ...rest
    }
  }
}

/** Name, labels and schedule (cron, UTC) of a CronJob. */
export interface CronJobPlan {
  name: string
  labels: Record<string, string>
  schedule: string
}

/** A CronJob of the PeerProbe, whose Jobs have the given spec: one at a time, and none while the PeerProbe is suspended. */
export function ownedCronJob (probe: ClusterProbe, { name, labels, schedule }: CronJobPlan, job: object): Desired {
  return owned(KINDS.cronJob, probe, name, {
    labels,
    spec: {
      schedule,
      timeZone: 'Etc/UTC',
      suspend: probe.spec.suspend,
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels }, spec: job }
    }
  })
}
