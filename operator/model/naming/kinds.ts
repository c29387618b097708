import { GROUP, VERSION } from '../../api/v1alpha1.ts'
import type { KindRef } from '../../runtime/kube-object.ts'

/** The kinds that the operator or the commands read or write, and where the API serves them. */
export const KINDS = {
  peerProbe: { apiVersion: `${GROUP}/${VERSION}`, kind: 'PeerProbe', plural: 'peerprobes', namespaced: true },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  claim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', namespaced: true },
  serviceAccount: { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  service: { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true },
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  replicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets', namespaced: true },
  job: { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespaced: true },
  cronJob: { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs', namespaced: true },
  disruptionBudget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', namespaced: true },
  networkPolicy: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced: true },
  event: { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true },
  namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }
} as const satisfies Record<string, KindRef>

/** The Prometheus operator's kinds in one of its versions. */
export function monitoringKinds (version: string): Record<'podMonitor', KindRef> {
  return { podMonitor: { apiVersion: `monitoring.coreos.com/${version}`, kind: 'PodMonitor', plural: 'podmonitors', namespaced: true } }
}

/** Strimzi's kinds in one of its versions. */
export function strimziKinds (version: string): Record<'kafka' | 'kafkaTopic' | 'kafkaUser', KindRef> {
  const apiVersion = `kafka.strimzi.io/${version}`

  return {
    kafka: { apiVersion, kind: 'Kafka', plural: 'kafkas', namespaced: true },
    kafkaTopic: { apiVersion, kind: 'KafkaTopic', plural: 'kafkatopics', namespaced: true },
    kafkaUser: { apiVersion, kind: 'KafkaUser', plural: 'kafkausers', namespaced: true }
  }
}
