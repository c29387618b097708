// One membership of a group, from joining to leaving. kafkajs fetches; its automatic commits and restarts are off and
// its retries few. When it gives up, or stops fetching silently, this membership ends, and the subscription joins
// again.
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

  /** Converts an error of the client to an error of the port. */
  asError: (err: unknown) => unknown

  /** Closes the connections of the consumer, whatever it is waiting for. */
  cut: () => void
}

/** Settings of a member. */
export interface KafkaMemberOptions extends KafkaBatchDeliveryOptions {
  /** Number of partitions handled at the same time. */
  concurrency: number

  heartbeatMs: number

  /** Time limit for joining, in milliseconds. */
  joinLimitMs: number

  /** Maximum time without a fetch while no handler is running, in milliseconds. */
  stallMs: number
}

/** Why a membership ended by itself. */
export interface MemberEnd {
  err: unknown

  /** Whether the handler failed, not the client. */
  isHandlers: boolean
}

const STOP_LIMIT_MS = 10_000

/** A member of a group. */
export class KafkaMember implements AsyncDisposable {
  /** Resolves when the membership ends by itself. */
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

  /** Joins the group. @throws ProbeError the failure of the client; `PP_BUS_UNAVAILABLE` when it takes too long */
  static async open (deps: KafkaMemberDeps, options: KafkaMemberOptions, signal: AbortSignal): Promise<KafkaMember> {
    const member = new KafkaMember(deps, options, signal)
    const onTimeout = (): never => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', `topic ${options.topic}: joining the group took longer than ${String(options.joinLimitMs)} ms`)
    }

    try {
      await withTimeLimit(member.#join(), { clock: deps.clock, limitMs: options.joinLimitMs, signal, onTimeout })
    } catch (err) {
      await member[Symbol.asyncDispose]()
      throw deps.asError(err)
    }

    return member
  }

  /** Partitions of this member, ascending. */
  get assigned (): readonly number[] {
    return this.#assigned
  }

  /** Waits for the running handlers, which may still commit, and leaves the group. */
  async [Symbol.asyncDispose] (): Promise<void> {
    const { clock, consumer, cut, log } = this.#deps
    const onTimeout = (): never => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', 'the Kafka client did not stop in time')
    }
    // The client stops fetching at once, and also waits for the handlers.
    const stopped = consumer.disconnect()
    await Promise.allSettled([this.feed[Symbol.asyncDispose]()])
    this.#isEnding = true
    this.#turn.wake()

    try {
      await withTimeLimit(stopped, { clock, limitMs: STOP_LIMIT_MS, onTimeout })
    } catch (err) {
      log.warn({ err }, 'a Kafka group was not left cleanly')
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

    // If joining fails, the consumer has crashed before `run` resolves, and `run` does not reject.
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

  // The client keeps using an unreachable coordinator; a new membership looks the coordinator up again.
  #onRefused (err: unknown): void {
    const verdict = judgeGroupError(err)
    this.#deps.log.warn({ err, verdict }, 'a commit had no effect, the messages will be delivered again')
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
