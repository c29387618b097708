import type { KafkaSpec } from '../../api/kafka-spec.ts'
import type { MysqlSpec } from '../../api/mysql-spec.ts'
import type { PeerProbeSpec } from '../../api/v1alpha1.ts'
import type { ObjectMeta } from '../../runtime/kube-object.ts'
import type { ProbeKey } from '../naming/names.ts'
import type { Images } from './images.ts'
import type { ResourceRules } from './pod-resources.ts'

/** A PeerProbe in its cluster. */
export interface ClusterProbe {
  metadata: ObjectMeta & ProbeKey & { uid: string }
  spec: ClusterSpec
}

/** The spec as the API server accepts it: Kafka and database are present. */
export type ClusterSpec = Omit<PeerProbeSpec, 'kafka' | 'mysql'> & { kafka: KafkaSpec, mysql: MysqlSpec }

/** How clients reach Kafka, with or without Strimzi. */
export interface KafkaAccess {
  bootstrapServers: string[]

  /** PEM of the authority that signed the brokers' certificates, if it comes from the Kafka resource. */
  caPem?: string | undefined

  tls: boolean

  /** Secret in the PeerProbe's namespace with the credentials of the clients. */
  userSecret?: string | undefined

  /** Name of the user, if the Secret has no key for it. */
  userName?: string | undefined
}

/** A source as in a NetworkPolicy (networking.k8s.io/v1, NetworkPolicyPeer). */
export type NetworkPeer = Readonly<Record<string, unknown>>

/** What the objects depend on besides the PeerProbe itself. */
export interface ModelInput {
  kafka: KafkaAccess
  images: Images

  /** Hash of the contents of each Secret that pods read: a changed Secret rolls the pods. */
  secretHashes: Readonly<Record<string, string>>

  /** Resources of containers for which the PeerProbe gives none. */
  resources: ResourceRules

  /** Who may reach the admin ports: Prometheus and the operator. @default everybody */
  scrapers?: readonly NetworkPeer[] | undefined
}
