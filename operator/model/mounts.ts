import type { ClusterSpec, KafkaAccess } from './world.ts'

/** A Secret or a ConfigMap in a pod. */
export interface Mount {
  name: string
  path: string
  source: { secret: string } | { configMap: string } | { claim: string }
}

const ROOT = '/etc/peerprobe'

/** Where a process finds its configuration. */
export const CONFIG_FOLDER = `${ROOT}/config`

/** Where a process writes why it failed. */
export const TERMINATION_LOG = '/dev/termination-log'

/** Where a consumer writes dump files. */
export const DUMP_FOLDER = '/var/lib/peerprobe/dumps'

/** Folders of the Secrets that processes read. */
export const SECRET_FOLDERS = { kafkaUser: `${ROOT}/kafka-user`, kafkaCa: `${ROOT}/kafka-ca`, mysql: `${ROOT}/mysql`, mysqlCa: `${ROOT}/mysql-ca` } as const

/** The Secrets that whoever talks to Kafka mounts. */
export function kafkaMounts ({ kafka }: ClusterSpec, { userSecret }: KafkaAccess): Mount[] {
  const ca = kafka.tls?.caSecret

  return [
    ...userSecret === undefined ? [] : [{ name: 'kafka-user', path: SECRET_FOLDERS.kafkaUser, source: { secret: userSecret } }],
    ...ca === undefined ? [] : [{ name: 'kafka-ca', path: SECRET_FOLDERS.kafkaCa, source: { secret: ca.name } }]
  ]
}

/** The Secrets that whoever talks to the database mounts. */
export function mysqlMounts ({ mysql }: ClusterSpec): Mount[] {
  const ca = mysql.tls?.caSecret

  return [
    { name: 'mysql', path: SECRET_FOLDERS.mysql, source: { secret: mysql.credentialsSecret.name } },
    ...ca === undefined ? [] : [{ name: 'mysql-ca', path: SECRET_FOLDERS.mysqlCa, source: { secret: ca.name } }]
  ]
}
