import { isProbeError, ProbeError } from '../../errors.ts'
import { retry } from '../../time/backoff.ts'
import { isAbort } from '../../time/signals.ts'
import { withTimeLimit } from '../../time/with-time-limit.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'

/** The common part of kafkajs's clients. */
export interface Connectable {
  connect (): Promise<void>
  disconnect (): Promise<void>
}

export interface KafkaLinkDeps<Client extends Connectable> {
  log: Logger
  clock: Clock
  create: () => Client

  asError: (err: unknown, topic?: string) => unknown

  /** For messages. */
  brokers: readonly string[]

  /** Whether calls are idempotent: then they are repeated for a while when the cluster is not ready yet. @default false */
  isRepeatable?: boolean
}

/** Settings of {@link KafkaLink.use}. */
export interface KafkaCallOptions {
  /** Topic for the message of a failure. */
  topic?: string

  /** Time limit of the call, including connecting, in milliseconds. @default 30000 */
  limitMs?: number
}

interface OneCall { topic: string | undefined, limitMs: number }

// After this time an error is better for the caller than waiting.
const CALL_LIMIT_MS = 30_000

const DISCONNECT_LIMIT_MS = 3_000

// A new cluster creates the topic of offsets first, and a partition may be electing its leader.
const SETTLE = { attempts: 12, initialMs: 200, maxMs: 2_000 }

/**
 * A client of kafkajs that connects when it is first used, and is discarded when a call fails: a new client works
 * after failures from which the old one does not recover.
 */
export class KafkaLink<Client extends Connectable> implements AsyncDisposable {
  readonly #deps: KafkaLinkDeps<Client>
  #client: Promise<Client> | undefined
  #isClosed = false

  constructor (deps: KafkaLinkDeps<Client>) {
    this.#deps = deps
  }

  /**
   * Runs an operation on the client. When `signal` aborts or the time is up, it is unknown whether it was executed.
   *
   * @throws ProbeError the failure, as an error of the port; `PP_BUS_CLOSED`
   */
  async use<T> (operation: (client: Client) => Promise<T>, signal: AbortSignal, { topic, limitMs = CALL_LIMIT_MS }: KafkaCallOptions = {}): Promise<T> {
    const { clock, isRepeatable = false } = this.#deps
    const endMs = clock.monotonic() + limitMs

    return await retry(async () => await this.#useOnce(operation, signal, { topic, limitMs: Math.max(0, endMs - clock.monotonic()) }), {
      ...SETTLE,
      clock,
      signal,
      isRetryable: err => isRepeatable && isProbeError(err, 'PP_BUS_SETTLING') && clock.monotonic() < endMs
    })
  }

  /** Discards the client, so that the next call gets a new one without cached metadata. */
  async renew (): Promise<void> {
    const client = this.#client
    this.#client = undefined

    if (client !== undefined) {
      await this.#end(client)
    }
  }

  async #useOnce<T> (operation: (client: Client) => Promise<T>, signal: AbortSignal, { topic, limitMs }: OneCall): Promise<T> {
    if (this.#isClosed) {
      throw new ProbeError('PP_BUS_CLOSED', 'the Kafka bus is closed')
    }

    signal.throwIfAborted()
    const { clock, brokers } = this.#deps
    const client = this.#client ??= this.#connect()
    const onTimeout = (): never => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', `Kafka at ${brokers.join(',')}: no answer within ${String(limitMs)} ms`, { details: { brokers } })
    }

    try {
      return await withTimeLimit(client.then(operation), { clock, limitMs, signal, onTimeout })
    } catch (err) {
      if (!isAbort(err) && this.#client === client) {
        this.#client = undefined
        await this.#end(client)
      }

      throw this.#deps.asError(err, topic)
    }
  }

  /** Disconnects; later calls fail with `PP_BUS_CLOSED`. */
  async [Symbol.asyncDispose] (): Promise<void> {
    this.#isClosed = true

    await this.renew()
  }

  async #connect (): Promise<Client> {
    const client = this.#deps.create()
    await client.connect()

    return client
  }

  async #end (client: Promise<Client>): Promise<void> {
    const { clock, log } = this.#deps
    const disconnected = client.then(async (connected) => {
      await connected.disconnect()
    }, () => undefined) // a client that never connected has already reported why
    const onTimeout = (): never => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', 'a Kafka client did not disconnect')
    }

    try {
      await withTimeLimit(disconnected, { clock, limitMs: DISCONNECT_LIMIT_MS, onTimeout })
    } catch (err) {
      log.debug({ err }, 'Kafka client abandoned')
    }
  }
}
