import { isProbeError, ProbeError } from '../../errors.ts'
import { retry } from '../../time/backoff.ts'
import { isAbort } from '../../time/signals.ts'
import { withTimeLimit } from '../../time/with-time-limit.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'

/** What kafkajs's clients have in common. */
export interface Connectable {
  connect (): Promise<void>
  disconnect (): Promise<void>
}

export interface KafkaLinkDeps<Client extends Connectable> {
  log: Logger
  clock: Clock
  create: () => Client

  asError: (err: unknown, topic?: string) => unknown

  /** Named in messages. */
  brokers: readonly string[]

  /** Whether a call may simply be repeated: it is, for a while, when the cluster is not ready for it yet. @default false */
  isRepeatable?: boolean
}

/** Settings of {@link KafkaLink.use}. */
export interface KafkaCallOptions {
  /** Named in the message of a failure. */
  topic?: string

  /** How long the call may take, connecting included, in milliseconds. @default 30000 */
  limitMs?: number
}

interface OneCall { topic: string | undefined, limitMs: number }

// Above this a caller is better off with an error than with silence.
const CALL_LIMIT_MS = 30_000

const DISCONNECT_LIMIT_MS = 3_000

// The first group of a cluster waits until the brokers have made their topic of offsets, a leader until it is elected.
const SETTLE = { attempts: 12, initialMs: 200, maxMs: 2_000 }

/**
 * A client of kafkajs that connects when it is first used, and is thrown away when a call fails: a fresh
 * one finds its way after failures from which an old one does not recover.
 */
export class KafkaLink<Client extends Connectable> implements AsyncDisposable {
  readonly #deps: KafkaLinkDeps<Client>
  #client: Promise<Client> | undefined
  #isClosed = false

  constructor (deps: KafkaLinkDeps<Client>) {
    this.#deps = deps
  }

  /**
   * Runs an operation on the client. When `signal` aborts or the time is up, nobody knows whether it was carried out.
   *
   * @throws ProbeError what it failed with, as the port names it; `PP_BUS_CLOSED`
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

  /** Throws the client away, so that the next call gets one that asks the cluster for everything again. */
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
    }, () => undefined) // a client that never connected has told its user why
    const onTimeout = (): never => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', 'a Kafka client does not disconnect')
    }

    try {
      await withTimeLimit(disconnected, { clock, limitMs: DISCONNECT_LIMIT_MS, onTimeout })
    } catch (err) {
      log.debug({ err }, 'Kafka client left to itself')
    }
  }
}
