import { identityName } from '../naming/names.ts'
import type { ScanSpec } from '../../api/scan-spec.ts'
import type { ClusterProbe, ClusterSpec, KafkaAccess } from '../probe/cluster-probe.ts'

/** A volume in a pod. */
export interface Mount {
  name: string
  path: string

  /** `memory`: an empty folder in memory, of at most that size. */
  source: { secret: string } | { configMap: string } | { claim: string, isReadOnly?: true } | { memory: string }
}

const ROOT = '/etc/peerprobe'

/** Folder with the configuration of a process. */
export const CONFIG_FOLDER = `${ROOT}/config`

/** File to which a process writes its last error, for Kubernetes to read. */
export const TERMINATION_LOG = '/dev/termination-log'

/** Folder to which a consumer writes dump files. */
export const DUMP_FOLDER = '/var/lib/peerprobe/dumps'

/** Folder of the crawler's state, which outlives a restart. */
export const STATE_FOLDER = '/var/lib/peerprobe/state'

/** Folder with files that say where IP addresses are. */
export const PLACES_FOLDER = '/var/lib/peerprobe/places'

/** Folder of the backups. */
export const BACKUP_FOLDER = '/var/lib/peerprobe/backups'

/** Folder that the steps of a backup share, in memory. */
export const BACKUP_WORK_FOLDER = '/run/peerprobe'

/** Key of the Secret that holds a passive node's private key; also the name of its file. */
export const IDENTITY_KEY = 'identity.key'

/** Folders of the Secrets that processes read. */
export const SECRET_FOLDERS = {
  kafkaUser: `${ROOT}/kafka-user`,
  kafkaCa: `${ROOT}/kafka-ca`,
  mysql: `${ROOT}/mysql`,
  mysqlCa: `${ROOT}/mysql-ca`,
  identity: `${ROOT}/identity`
} as const

/** The Secrets that a client of Kafka mounts. */
export function kafkaMounts ({ kafka }: ClusterSpec, { userSecret }: KafkaAccess): Mount[] {
  const ca = kafka.tls?.caSecret

  return [
    ...userSecret === undefined ? [] : [{ name: 'kafka-user', path: SECRET_FOLDERS.kafkaUser, source: { secret: userSecret } }],
    ...ca === undefined ? [] : [{ name: 'kafka-ca', path: SECRET_FOLDERS.kafkaCa, source: { secret: ca.name } }]
  ]
}

/** The further mounts of a crawler: the key of its passive node, the volume with its known peers, and the one with place files. */
export function crawlerMounts ({ metadata, spec: { places } }: ClusterProbe, { name, passive, storage }: ScanSpec): Mount[] {
  return [
    ...passive.enabled ? [{ name: 'identity', path: SECRET_FOLDERS.identity, source: { secret: identityName(metadata, name) } }] : [],
    ...storage === undefined ? [] : [{ name: 'state', path: STATE_FOLDER, source: { claim: storage.claim } }],
    ...places === undefined ? [] : [{ name: 'places', path: PLACES_FOLDER, source: { claim: places.volume.claim, isReadOnly: true as const } }]
  ]
}

/** The Secrets that a client of the database mounts. */
export function mysqlMounts ({ mysql }: ClusterSpec): Mount[] {
  const ca = mysql.tls?.caSecret

  return [
    { name: 'mysql', path: SECRET_FOLDERS.mysql, source: { secret: mysql.credentialsSecret.name } },
    ...ca === undefined ? [] : [{ name: 'mysql-ca', path: SECRET_FOLDERS.mysqlCa, source: { secret: ca.name } }]
  ]
}
