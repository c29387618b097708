// Publishes messages to the bus. No accepted message is dropped while the process runs: if the bus is unavailable,
// the publisher retries forever, the buffer fills up, and a full buffer stops the crawl from starting new visits.
// Only one batch is in flight at a time, which keeps the order of messages with the same key.
import { refusedOf } from '../../core/bus/port/event-bus.ts'
import { errorText, isProbeError } from '../../core/errors.ts'
import { retry } from '../../core/time/backoff.ts'
import { childController } from '../../core/time/signals.ts'
import { pause } from '../../core/time/sleep.ts'
import { Change } from './change.ts'
import { MessageBuffer } from './message-buffer.ts'
import type { EventBus, OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BufferLimits } from './message-buffer.ts'
import type { PublisherOutage, PublisherStatus } from './publisher-status.ts'

/** Size of the buffer at which {@link Publisher.ready} makes callers wait. Visits in flight at that moment are still accepted. */
export const BUFFER_LIMITS: BufferLimits = { messages: 10_000, bytes: 32 * 1_024 * 1_024 }

/** Limits of one batch. The bytes stay below 1 MB, a Kafka broker's default limit for one partition. */
export const BATCH_LIMITS: BufferLimits = { messages: 500, bytes: 768 * 1_024 }

/** How long messages wait for a batch to fill, in milliseconds. */
export const LINGER_MS = 100

const MAX_BACKOFF_MS = 10_000

// Dropped messages listed in one log line.
const MAX_LOGGED = 10

export interface PublisherDeps {
  bus: Pick<EventBus, 'publish'>
  clock: Clock
  log: Logger

  /** Called for each batch that the bus acknowledged, with the time that it took including retries. */
  onPublished?: (messages: number, durationMs: number) => void
}

/** Settings of {@link Publisher.open}. */
export interface PublisherOptions {
  topic: string

  /** How long disposing may take to send the buffer, in milliseconds. */
  flushTimeoutMs: number
}

/** Buffers messages and publishes them in batches, each until it is acknowledged. */
export class Publisher implements AsyncDisposable {
  readonly #deps: PublisherDeps
  readonly #options: PublisherOptions
  readonly #buffer = new MessageBuffer(BUFFER_LIMITS)
  readonly #change = new Change()
  readonly #lifetime = new AbortController()
  readonly #running: Promise<void>
  #published = 0
  #retries = 0
  #refused = 0
  #outage: PublisherOutage | undefined
  #drainTo = 0
  #linger: Disposable | undefined
  #lingerIsOver = false
  #backoff: AbortController | undefined
  #isClosing = false
  #failure: { cause: unknown } | undefined

  private constructor (deps: PublisherDeps, options: PublisherOptions) {
    this.#deps = deps
    this.#options = options
    this.#running = this.#run()
  }

  /** Opens a publisher to one topic of an open bus. */
  static open (deps: PublisherDeps, options: PublisherOptions): Publisher {
    return new Publisher(deps, options)
  }

  /** Undefined if there is room. Otherwise resolves when there is, and rejects if the bus failed permanently. */
  ready (): Promise<void> | undefined {
    return this.hasRoom
      ? undefined
      : this.#change.until(() => {
          this.#throwIfFailed()
          return !this.#buffer.isFull
        })
  }

  /** Whether there is room, and the bus has not failed permanently. */
  get hasRoom (): boolean {
    return this.#failure === undefined && !this.#buffer.isFull
  }

  /** Accepts a message, even without room: callers check {@link ready} before they start the work for it. */
  accept (message: OutgoingMessage): void {
    this.#buffer.push(message)
    this.#startLinger()
    this.#change.notify()
  }

  /**
   * Sends without waiting for a batch to fill. Resolves when all messages accepted so far are acknowledged.
   *
   * @throws the error of a permanent failure of the bus; AbortError
   */
  async drain (signal: AbortSignal): Promise<void> {
    const upTo = this.#done + this.#buffer.size
    this.#drainTo = Math.max(this.#drainTo, upTo)
    this.#change.notify()
    await this.#change.until(() => {
      this.#throwIfFailed()
      return this.#done >= upTo
    }, signal)
  }

  /**
   * Publishes a message after all earlier ones are acknowledged. Resolves when it is acknowledged too. If `signal` aborts, the
   * message is the last one of what a stop still sends.
   *
   * @throws the error of a permanent failure of the bus; AbortError
   */
  async publishAfterAll (message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    try {
      await this.drain(signal)
    } finally {
      this.accept(message)
    }
    await this.drain(signal)
  }

  status (): PublisherStatus {
    const { size, bytes } = this.#buffer

    return { buffered: size, bufferedBytes: bytes, published: this.#published, retries: this.#retries, refused: this.#refused, outage: this.#outage }
  }

  /** Sends the buffer within the time limit. Messages that are not acknowledged by then are lost and logged. */
  async [Symbol.asyncDispose] (): Promise<void> {
    const deadline = this.#deps.clock.after(this.#options.flushTimeoutMs, () => {
      this.#lifetime.abort()
    })
    this.#isClosing = true
    this.#backoff?.abort()
    this.#change.notify()
    await this.#running
    deadline[Symbol.dispose]()
    this.#linger?.[Symbol.dispose]()

    if (this.#buffer.size > 0) {
      this.#deps.log.error({ err: this.#failure?.cause, messages: this.#buffer.size, bytes: this.#buffer.bytes }, 'lost messages that were not acknowledged before the stop')
    }
  }

  async #run (): Promise<void> {
    try {
      while (await this.#hasBatch()) {
        const sinceMs = this.#deps.clock.monotonic()
        const batch = this.#buffer.batch(BATCH_LIMITS)
        const refused = await this.#publish(batch)
        this.#buffer.acknowledge(batch.length)
        this.#outage = undefined
        this.#refused += refused
        this.#published += batch.length - refused
        this.#deps.onPublished?.(batch.length - refused, this.#deps.clock.monotonic() - sinceMs)
        this.#change.notify()
      }
    } catch (cause) {
      // Callers that wait for room or for an acknowledgement get this error, now or later.
      this.#failure = { cause }
      this.#change.notify()
    }
  }

  /** Waits until a batch is due; false if the publisher is closing and the buffer is empty. */
  async #hasBatch (): Promise<boolean> {
    this.#linger?.[Symbol.dispose]()
    this.#linger = undefined
    this.#lingerIsOver = false
    this.#startLinger()
    await this.#change.until(() => this.#isClosing || this.#isDue())

    return this.#buffer.size > 0
  }

  #isDue (): boolean {
    return this.#buffer.size >= BATCH_LIMITS.messages || this.#drainTo > this.#done || this.#lingerIsOver
  }

  /** Publishes a batch; resolves with the number of messages that the topic refused. */
  async #publish (batch: OutgoingMessage[]): Promise<number> {
    const { bus, log, clock } = this.#deps

    try {
      await retry(() => bus.publish(this.#options.topic, batch, this.#lifetime.signal), {
        signal: this.#lifetime.signal,
        attempts: Infinity,
        maxMs: MAX_BACKOFF_MS,
        wait: (ms, signal) => this.#waitToRetry(ms, signal),
        onRetry: (err, attempt, waitMs) => {
          this.#retries++
          this.#outage = { code: isProbeError(err) ? err.code : 'UNEXPECTED', message: errorText(err), sinceMs: this.#outage?.sinceMs ?? clock.now() }
          log.warn({ err, attempt, waitMs, buffered: this.#buffer.size }, 'the bus did not accept a batch, retrying')
        }
      })
    } catch (err) {
      const refused = refusedOf(err)

      if (refused === undefined) {
        throw err
      }

      const lost = batch.filter((_, i) => refused.has(i)).map(({ key, value }) => ({ key, bytes: value.length }))
      log.error({ err, lost: lost.slice(0, MAX_LOGGED) }, 'dropped messages that are larger than the topic allows')
      return refused.size
    }

    return 0
  }

  /** Messages published or refused. */
  get #done (): number {
    return this.#published + this.#refused
  }

  // Closing ends the current wait: the last attempt should start before the deadline.
  async #waitToRetry (ms: number, signal: AbortSignal): Promise<void> {
    using cut = childController(signal)
    this.#backoff = cut
    await pause(this.#deps.clock, ms, cut.signal)
    signal.throwIfAborted()
  }

  #startLinger (): void {
    if (this.#buffer.size > 0 && !this.#lingerIsOver) {
      this.#linger ??= this.#deps.clock.after(LINGER_MS, () => {
        this.#linger = undefined
        this.#lingerIsOver = true
        this.#change.notify()
      })
    }
  }

  #throwIfFailed (): void {
    if (this.#failure !== undefined) {
      throw this.#failure.cause
    }
  }
}
