import { defined } from '../core/defined.ts'
import { problemsError } from '../core/process/config.ts'
import type { KafkaConfig } from '../core/contracts/kafka/kafka-config.ts'
import type { BusConfig, StoreConfig } from '../core/contracts/process-config.ts'
import type { KafkaSpec } from '../operator/api/kafka-spec.ts'
import type { MysqlSpec } from '../operator/api/mysql-spec.ts'
import type { PeerProbeSpec } from '../operator/api/v1alpha1.ts'
import type { DataFolder } from './files/data-folder.ts'
import type { SecretFiles } from './files/secret-files.ts'

/** The bus and the database of a run. */
export interface Backends {
  bus: BusConfig
  store: StoreConfig
}

export interface BackendsOptions {
  folder: Pick<DataFolder, 'busPath' | 'databasePath'>
  secrets: SecretFiles

  /** Use the embedded parts even if the manifest has Kafka and MySQL. */
  embedded: boolean

  /** Maximum size of one topic in the embedded log, in bytes. @default the log's own */
  logMaxBytes?: number | undefined
}

/**
 * The Kafka and the database of a manifest, with an embedded part for each that is absent.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` with every field whose Secret is missing
 */
export function backendsFor ({ kafka, mysql }: PeerProbeSpec, { folder, secrets, embedded, logMaxBytes }: BackendsOptions): Backends {
  const { bus, store } = embeddedBackends(folder, logMaxBytes)
  const backends: Backends = {
    bus: kafka?.brokers === undefined || embedded ? bus : { kafka: kafkaConfig(kafka, kafka.brokers, secrets) },
    store: mysql === undefined || embedded ? store : { mysql: mysqlConfig(mysql, secrets) }
  }

  if (secrets.problems.length > 0) {
    throw problemsError(secrets.problems, { code: 'PP_CONFIG_INVALID', what: 'Secrets' })
  }

  return backends
}

/** The embedded parts: a log and a database in files. */
export function embeddedBackends ({ busPath, databasePath }: BackendsOptions['folder'], logMaxBytes?: number): Backends {
  return { bus: { embedded: { path: busPath, ...defined({ maxBytes: logMaxBytes }) } }, store: { sqlite: { path: databasePath } } }
}

function kafkaConfig ({ tls, authentication: { type, secret = '' }, clientId }: KafkaSpec, brokers: string[], secrets: SecretFiles): KafkaConfig {
  const field = ['spec', 'kafka', 'authentication', 'secret']
  const ca = tls?.caSecret

  return {
    brokers,
    clientId,
    ...defined({
      tls: tls === undefined ? undefined : ca === undefined ? {} : { caFile: secrets.file(['spec', 'kafka', 'tls', 'caSecret'], ca.name, ca.key) },
      sasl: type === 'scram-sha-512' ? { mechanism: type, username: secrets.text(field, secret, 'username'), passwordFile: secrets.file(field, secret, 'password') } : undefined,
      clientCertificate: type === 'tls' ? { certFile: secrets.file(field, secret, 'user.crt'), keyFile: secrets.file(field, secret, 'user.key') } : undefined
    })
  }
}

function mysqlConfig ({ host, port, database, credentialsSecret: { name, userKey, passwordKey }, tls, allowPublicKeyRetrieval, maxOpenConns, maxIdleConns }: MysqlSpec, secrets: SecretFiles): NonNullable<StoreConfig['mysql']> {
  const field = ['spec', 'mysql', 'credentialsSecret']
  const ca = tls?.caSecret

  return {
    host,
    port,
    database,
    username: secrets.text(field, name, userKey),
    passwordFile: secrets.file(field, name, passwordKey),
    ...defined({
      tls: tls === undefined ? undefined : ca === undefined ? {} : { caFile: secrets.file(['spec', 'mysql', 'tls', 'caSecret'], ca.name, ca.key) },
      allowPublicKeyRetrieval
    }),
    maxOpenConns,
    maxIdleConns
  }
}
