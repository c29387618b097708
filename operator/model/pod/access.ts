import { defined } from '../../../core/defined.ts'
import { CONFIG_FOLDER, SECRET_FOLDERS } from './mounts.ts'
import type { KafkaConfig } from '../../../core/contracts/kafka/kafka-config.ts'
import type { StoreConfig } from '../../../core/contracts/process-config.ts'
import type { ClusterSpec, KafkaAccess } from '../probe/cluster-probe.ts'

/** Name of the file, next to the configuration of a process, with the certificate authority of Kafka. */
export const KAFKA_CA_FILE = 'kafka-ca.crt'

/** How a process in a pod connects to Kafka. */
export function kafkaConfigFor ({ kafka }: ClusterSpec, access: KafkaAccess): KafkaConfig {
  return { brokers: access.bootstrapServers, clientId: kafka.clientId, ...tlsOf(kafka, access), ...identityOf(kafka, access) }
}

/** How a process in a pod connects to the database. */
export function storeConfigFor ({ mysql }: ClusterSpec): StoreConfig {
  const { host, port, database, credentialsSecret: { userKey, passwordKey }, tls, allowPublicKeyRetrieval, maxOpenConns, maxIdleConns } = mysql
  const ca = tls?.caSecret

  return {
    mysql: {
      host,
      port,
      database,
      usernameFile: `${SECRET_FOLDERS.mysql}/${userKey}`,
      passwordFile: `${SECRET_FOLDERS.mysql}/${passwordKey}`,
      ...defined({
        tls: tls === undefined ? undefined : ca === undefined ? {} : { caFile: `${SECRET_FOLDERS.mysqlCa}/${ca.key}` },
        allowPublicKeyRetrieval
      }),
      maxOpenConns,
      maxIdleConns
    }
  }
}

function tlsOf ({ tls }: ClusterSpec['kafka'], access: KafkaAccess): Pick<KafkaConfig, 'tls'> {
  if (!access.tls) {
    return {}
  }

  const ca = tls?.caSecret
  const caFile = access.caPem === undefined ? ca === undefined ? undefined : `${SECRET_FOLDERS.kafkaCa}/${ca.key}` : `${CONFIG_FOLDER}/${KAFKA_CA_FILE}`

  return { tls: caFile === undefined ? {} : { caFile } }
}

function identityOf ({ authentication: { type } }: ClusterSpec['kafka'], { userName }: KafkaAccess): Pick<KafkaConfig, 'sasl' | 'clientCertificate'> {
  const at = (key: string): string => `${SECRET_FOLDERS.kafkaUser}/${key}`

  switch (type) {
    case 'scram-sha-512': return { sasl: { mechanism: type, ...userName === undefined ? { usernameFile: at('username') } : { username: userName }, passwordFile: at('password') } }
    case 'tls': return { clientCertificate: { certFile: at('user.crt'), keyFile: at('user.key') } }
    default: return {}
  }
}
