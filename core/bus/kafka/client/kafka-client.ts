import { readFileSync } from 'node:fs'
import kafkajs from 'kafkajs'
import { defined } from '../../../defined.ts'
import { errorText, ProbeError } from '../../../errors.ts'
import { mendBatches } from '../records/kafka-batches.ts'
import { useKafkaCodecs } from '../records/kafka-codecs.ts'
import { asKafkaError, isCoordinatorMissing } from './kafka-error.ts'
import { clientAddress, KafkaSockets } from './kafka-sockets.ts'
import { patchOffsets } from './kafkajs-offset-patch.ts'
import { patchKafkajsTimers } from './kafkajs-timer-patch.ts'
import type { KafkaConfig } from '../../../contracts/kafka/kafka-config.ts'
import type { Logger } from '../../../process/logger.ts'
import type { Kafka, LogEntry, SASLOptions } from 'kafkajs'

/** How long one connection may take to open, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 4_000

const REQUEST_TIMEOUT_MS = 12_000

// Five retries in 3 s. More retries prolong outages: measured, a client with 60 was stuck for two minutes on a
// coordinator that had moved, where a client with 5 gave up and continued with a new connection.
const RETRY = { retries: 5, initialRetryTime: 100, maxRetryTime: 2_000, restartOnFailure: async () => await Promise.resolve(false) }

/** kafkajs with our configuration and control of its connections. */
export class KafkaClient implements Disposable {
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly #sockets: KafkaSockets
  #coordinatorAnswer = ''

  /** @throws ProbeError `PP_CONFIG_INVALID` when a file with a secret or a certificate cannot be read */
  constructor (log: Logger, config: KafkaConfig) {
    patchKafkajsTimers()
    mendBatches()
    patchOffsets()
    useKafkaCodecs()
    requireFiles(config)
    this.brokers = config.brokers
    this.#sockets = new KafkaSockets(config)
    this.kafka = new kafkajs.Kafka({
      brokers: config.brokers.map(clientAddress),
      clientId: config.clientId,
      socketFactory: this.#sockets.connect,
      ...defined({ sasl: config.sasl === undefined ? undefined : saslOf(config.sasl) }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: RETRY,
      logLevel: kafkajs.logLevel.ERROR,
      logCreator: () => (entry) => {
        this.#listen(entry)
        passOn(log, entry)
      }
    })
  }

  /** Converts a failure of this client to the error of the port. */
  readonly asError = (err: unknown, topic?: string): unknown => {
    const refused = isCoordinatorMissing(err) && this.#coordinatorAnswer.startsWith('Not authorized')

    return asKafkaError(refused ? Object.assign(new Error(this.#coordinatorAnswer, { cause: err }), { type: 'GROUP_AUTHORIZATION_FAILED' }) : err, this.brokers, topic)
  }

  // kafkajs does not throw the reason why it found no coordinator of a group; it only logs it.
  #listen ({ log: { message, error } }: LogEntry): void {
    if (message.startsWith('Response GroupCoordinator') && typeof error === 'string') {
      this.#coordinatorAnswer = error
    }
  }

  /** Closes all connections. */
  [Symbol.dispose] (): void {
    this.#sockets.cut()
  }
}

// Relevant failures are thrown by calls. The client's log is only useful for debugging.
function passOn (log: Logger, { namespace, log: { message, broker, error, groupId } }: LogEntry): void {
  log.debug({ namespace, text: message, broker: broker as unknown, error: error as unknown, groupId: groupId as unknown }, 'message of the Kafka client')
}

function saslOf ({ mechanism, username, usernameFile, passwordFile }: NonNullable<KafkaConfig['sasl']>): SASLOptions {
  return {
    mechanism,
    // kafkajs reads both properties for each authentication.
    get username () {
      return username ?? readSecret(usernameFile ?? '')
    },
    get password () {
      return readSecret(passwordFile)
    }
  }
}

function requireFiles ({ tls, sasl, clientCertificate }: KafkaConfig): void {
  for (const path of [tls?.caFile, sasl?.usernameFile, sasl?.passwordFile, clientCertificate?.certFile, clientCertificate?.keyFile]) {
    if (path !== undefined) {
      readSecret(path)
    }
  }
}

// Files from Secrets often end in a newline that is not part of the password.
function readSecret (path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `a file of the Kafka configuration cannot be read: ${errorText(err)}`, { cause: err, details: { path } })
  }
}
