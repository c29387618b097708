// One membership of a group, from joining to leaving. kafkajs fetches; its automatic commits and restarts are
// off and its retries few. When it gives up, or stops fetching without a word, this membership is over, and
// whoever holds it makes another one.
import { ProbeError } from '../../errors.ts'
import { withTimeLimit } from '../../time/with-time-limit.ts'
import { Wakeup } from '../port/wakeup.ts'
import { judgeGroupError } from './client/kafka-error.ts'
import { KafkaBatchDelivery } from './kafka-batch-delivery.ts'
import { KafkaCommits } from './kafka-commits.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'
import type { BatchHandler } from '../port/event-bus.ts'
import type { KafkaBatchDeliveryOptions } from './kafka-batch-delivery.ts'
import type { Consumer } from 'kafkajs'

export interface KafkaMemberDeps {
  log: Logger
  clock: Clock
  consumer: Consumer
  handler: BatchHandler

  /** Makes an error of the port of one of the client. */
  asError: (err: unknown) => unknown

  /** Ends the connections of the consumer, whatever it is waiting for. */
  cut: () => void
}

/** How a member works. */
export interface KafkaMemberOptions extends KafkaBatchDeliveryOptions {
  /** Partitions handled side by side. */
  concurrency: number

  heartbeatMs: number

  /** How long joining may take, in milliseconds. */
  joinLimitMs: number

  /** How long nothing may be fetched while no handler is running, in milliseconds. */
  stallMs: number
}

/** Why a membership ended without being asked to. */
export interface MemberEnd {
  err: unknown

  /** Whether the handler failed, and not the client. */
  isHandlers: boolean
}

const STOP_LIMIT_MS = 10_000

/** A member of a group. */
export class KafkaMember implements AsyncDisposable {
  /** Resolves when it is over without being disposed. */
  readonly over: Promise<MemberEnd>

  readonly commits: KafkaCommits
  readonly feed: KafkaBatchDelivery
  readonly #deps: KafkaMemberDeps
  readonly #options: KafkaMemberOptions
  readonly #turn: Wakeup
  readonly #end = Promise.withResolvers<MemberEnd>()
  #beating: Promise<void> | undefined
  #assigned: readonly number[] = []
  #fetchedMs: number
  #isEnding = false

  private constructor (deps: KafkaMemberDeps, options: KafkaMemberOptions, signal: AbortSignal) {
    this.#deps = deps
    this.#options = options
    this.#turn = new Wakeup(deps)
    this.#fetchedMs = deps.clock.monotonic()
    this.over = this.#end.promise
    this.commits = new KafkaCommits({
      topic: options.topic,
      onRefused: (err) => {
        this.#onRefused(err)
      }
    })
    this.feed = new KafkaBatchDelivery({
      clock: deps.clock,
      handler: deps.handler,
      commits: this.commits,
      onFailure: (err) => {
        this.#end.resolve({ err, isHandlers: true })
      }
    }, options, signal)
  }

  /** Joins the group. @throws ProbeError what the client failed with; `PP_BUS_UNAVAILABLE` when it takes too long */
  static async open (deps: KafkaMemberDeps, options: KafkaMemberOptions, signal: AbortSignal): Promise<KafkaMember> {
    const member = new KafkaMember(deps, options, signal)
    const onTimeout = (): never => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', `topic ${options.topic}: the group took longer than ${String(options.joinLimitMs)} ms to let a member in`)
    }

    try {
      await withTimeLimit(member.#join(), { clock: deps.clock, limitMs: options.joinLimitMs, signal, onTimeout })
    } catch (err) {
      await member[Symbol.asyncDispose]()
      throw deps.asError(err)
    }

    return member
  }

  /** Partitions that the group gave to this member, ascending. */
  get assigned (): readonly number[] {
    return this.#assigned
  }

  /** Waits for the running handlers, which may still commit, and leaves the group. */
  async [Symbol.asyncDispose] (): Promise<void> {
    const { clock, consumer, cut, log } = this.#deps
    const onTimeout = (): never => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', 'the client does not come to an end')
    }
    // The client stops fetching at once, and waits for the handlers as well.
    const stopped = consumer.disconnect()
    await Promise.allSettled([this.feed[Symbol.asyncDispose]()])
    this.#isEnding = true
    this.#turn.wake()

    try {
      await withTimeLimit(stopped, { clock, limitMs: STOP_LIMIT_MS, onTimeout })
    } catch (err) {
      log.warn({ err }, 'left a Kafka group without saying so')
    }

    cut()
    await this.#beating
  }

  async #join (): Promise<void> {
    const { consumer } = this.#deps
    const { topic, concurrency } = this.#options
    this.#listen()
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: async (payload) => {
        await this.feed.take(payload)
        this.#fetchedMs = this.#deps.clock.monotonic()
      }
    })

    // A consumer that cannot join has crashed by the time that `run` resolves, and did not reject.
    const end = await Promise.race([this.over, Promise.resolve(undefined)])
    if (end !== undefined && !end.isHandlers) {
      throw end.err
    }

    this.#beating = this.#beat()
  }

  #listen (): void {
    const { clock, consumer, log } = this.#deps
    const { GROUP_JOIN, FETCH, CRASH } = consumer.events
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#assigned = payload.memberAssignment[this.#options.topic]?.toSorted((a, b) => a - b) ?? []
      this.#fetchedMs = clock.monotonic()
      this.commits.reset()
      this.feed.joined()
      log.info({ partitions: this.#assigned }, 'partitions assigned')
    })
    consumer.on(FETCH, () => {
      this.#fetchedMs = clock.monotonic()
    })
    consumer.on(CRASH, ({ payload }) => {
      this.#end.resolve({ err: this.#deps.asError(payload.error), isHandlers: false })
    })
  }

  async #beat (): Promise<void> {
    const { clock } = this.#deps
    await this.#turn.wait(this.#options.heartbeatMs)

    while (!this.#isEnding) {
      if (!this.feed.isIdle) {
        await this.#heartbeat()
      } else if (clock.monotonic() - this.#fetchedMs > this.#options.stallMs) {
        this.#end.resolve({ err: new ProbeError('PP_BUS_UNAVAILABLE', `nothing was fetched for ${String(this.#options.stallMs)} ms`), isHandlers: false })
      }

      await this.#turn.wait(this.#options.heartbeatMs)
    }
  }

  // The client keeps to a coordinator that it cannot reach; a new membership looks for the one that there is now.
  #onRefused (err: unknown): void {
    const verdict = judgeGroupError(err)
    this.#deps.log.warn({ err, verdict }, 'a commit had no effect, the messages will come again')
    this.feed.interrupt(err, verdict === 'lost')

    if (verdict === 'trouble') {
      this.#end.resolve({ err: this.#deps.asError(err), isHandlers: false })
    }
  }

  async #heartbeat (): Promise<void> {
    try {
      await this.feed.heartbeat()
    } catch (err) {
      const verdict = judgeGroupError(err)
      this.#deps.log.debug({ err, verdict }, 'heartbeat failed')

      if (verdict !== 'trouble') {
        this.feed.interrupt(err, verdict === 'lost')
      }
    }
  }
}
