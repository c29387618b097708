// The environment of an author who has rights only on PeerProbes.
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

/** The author's namespace and name. */
export const TENANT = 'tenant'

/** {@inheritDoc TENANT} */
export const AUTHOR = 'author'

/** Namespace of a Kafka that does not allow the author's namespace. */
export const KAFKA_NAMESPACE = 'kafka'

/** What another PeerProbe of the author's namespace uses. */
export const SHARED = { brokers: ['kafka.shared:9092'], topic: 'victim', group: 'victim' }

const RBAC = 'rbac.authorization.k8s.io'
const VOLUME = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem', resources: { requests: { storage: '1Gi' } } }

/** The objects in the author's namespace, and the author's rights, which cover only PeerProbes. */
export const AUTHOR_SETUP: readonly object[] = [
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'theirs', namespace: TENANT }, stringData: { 'token': 'secret', 'username': 'u', 'password': 'p', 'ca.crt': 'c', 'user.crt': 'c', 'user.key': 'k' } },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'theirs', namespace: TENANT }, spec: { ...VOLUME, volumeName: 'theirs' } },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'own', namespace: TENANT, annotations: { 'peerprobe.dev/allowed-probes': 'everything' } }, spec: { ...VOLUME, volumeName: 'own' } },
  { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'own' }, spec: { ...VOLUME, resources: undefined, capacity: { storage: '1Gi' }, hostPath: { path: '/own' } } },
  { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: AUTHOR, namespace: TENANT }, rules: [{ apiGroups: ['peerprobe.dev'], resources: ['peerprobes'], verbs: ['*'] }] },
  { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name: AUTHOR, namespace: TENANT }, roleRef: { apiGroup: RBAC, kind: 'Role', name: AUTHOR }, subjects: [{ apiGroup: RBAC, kind: 'User', name: AUTHOR }] }
]

/** A Strimzi Kafka that allows no other namespace. */
export const CLOSED_KAFKA: KubeObject = {
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'Kafka',
  metadata: { name: 'events', namespace: KAFKA_NAMESPACE },
  spec: { kafka: { listeners: [{ name: 'tls', type: 'internal', port: 9_093, tls: true }] } }
}
