import { ProbeError } from '../../errors.ts'
import { retry } from '../../time/backoff.ts'
import { childController, isAbort, onAbort } from '../../time/signals.ts'
import { isPassing } from './client/kafka-error.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'
import type { GroupMembers, GroupStanding, Subscription } from '../port/event-bus.ts'
import type { KafkaMember } from './kafka-member.ts'

export interface KafkaSubscriptionDeps {
  log: Logger
  clock: Clock

  /** Joins the group. */
  join: (isPaused: boolean, signal: AbortSignal) => Promise<KafkaMember>

  /** The lag of the group, by partition. */
  groupLag: (signal: AbortSignal) => Promise<ReadonlyMap<number, number>>

  /** The members of the group. */
  groupMembers: (signal: AbortSignal) => Promise<GroupMembers>
}

// After each refused commit its messages are delivered again. When that lasts for so long it is not a rebalance: the
// subscription makes no progress although everything seems to work.
const REFUSED_LIMIT_MS = 60_000

const BACKOFF = { initialMs: 500, maxMs: 10_000 }

// A group's coordinator may be loading or moving when its first member joins. Longer failures are reported to the caller.
const FIRST_ATTEMPTS = 5

/**
 * One reader of a group on Kafka. It rejoins for as long as the brokers are unreachable; it ends when its handler fails,
 * when the brokers refuse it, or when its commits have no effect.
 */
export class KafkaSubscription implements Subscription {
  readonly ended: Promise<void>
  readonly #deps: KafkaSubscriptionDeps
  readonly #abort: AbortController & Disposable
  readonly #ending = Promise.withResolvers<undefined>()
  #member: KafkaMember
  #isPaused = false
  #isEnding = false
  #refusedSinceMs: number | undefined
  #failure: { err: unknown } | undefined

  private constructor (deps: KafkaSubscriptionDeps, member: KafkaMember, abort: AbortController & Disposable) {
    this.#deps = deps
    this.#member = member
    this.#abort = abort
    onAbort(abort.signal, () => {
      this.#end()
    })
    this.ended = this.#run()
    // A caller that awaits `ended` gets the failure; without one, it must not end the process.
    this.ended.catch(() => undefined)
  }

  /** Joins the group. @throws ProbeError when that fails several times, or permanently */
  static async open (deps: KafkaSubscriptionDeps, signal: AbortSignal): Promise<KafkaSubscription> {
    const abort = childController(signal)

    try {
      const member = await joinPatiently(deps, FIRST_ATTEMPTS, async () => await deps.join(false, abort.signal), signal)

      return new KafkaSubscription(deps, member, abort)
    } catch (err) {
      abort[Symbol.dispose]()
      throw err
    }
  }

  async commit (partition: number, nextOffset: number): Promise<void> {
    const nowMs = this.#deps.clock.monotonic()

    if (await this.#member.commits.commit(partition, nextOffset)) {
      this.#refusedSinceMs = undefined
      return
    }

    this.#refusedSinceMs ??= nowMs
    if (nowMs - this.#refusedSinceMs > REFUSED_LIMIT_MS) {
      this.#fail(new ProbeError('PP_BUS_UNAVAILABLE', `no commit had an effect for ${String(REFUSED_LIMIT_MS)} ms`))
    }
  }

  pause (): void {
    this.#isPaused = true
    this.#member.feed.pause()
  }

  resume (): void {
    this.#isPaused = false
    this.#member.feed.resume()
  }

  async lag (): Promise<ReadonlyMap<number, number>> {
    const { assigned } = this.#member
    const lag = await this.#deps.groupLag(new AbortController().signal)

    return new Map(assigned.map(partition => [partition, lag.get(partition) ?? 0]))
  }

  async standing (): Promise<GroupStanding> {
    const { signal } = new AbortController()
    const lag = await this.#deps.groupLag(signal)
    const members = await this.#deps.groupMembers(signal)

    return { ...members, assigned: this.#member.assigned.length, partitions: lag.size }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#end()
    // A caller that awaits `ended` gets the failure.
    await Promise.allSettled([this.ended])
  }

  #end (): void {
    this.#isEnding = true
    this.#ending.resolve(undefined)
  }

  #fail (err: unknown): void {
    this.#failure ??= { err }
    this.#abort.abort()
  }

  async #run (): Promise<void> {
    try {
      while (!this.#isEnding) {
        const end = await Promise.race([this.#ending.promise, this.#member.over])

        if (end !== undefined) {
          await this.#recover(end.err, end.isHandlers)
        }
      }
    } catch (err) {
      this.#fail(err)
    }

    await this.#member[Symbol.asyncDispose]()
    this.#abort[Symbol.dispose]()

    if (this.#failure !== undefined) {
      throw this.#failure.err
    }
  }

  async #recover (err: unknown, isHandlers: boolean): Promise<void> {
    if (isHandlers || !isPassing(err)) {
      throw err
    }

    const { join, log } = this.#deps
    log.warn({ err }, 'lost the membership in the Kafka group, joining again')
    await this.#member[Symbol.asyncDispose]()
    using rejoining = childController(this.#abort.signal)
    void this.#ending.promise.then(() => {
      rejoining.abort()
    })

    try {
      this.#member = await joinPatiently(this.#deps, Infinity, async () => await join(this.#isPaused, this.#abort.signal), rejoining.signal)
    } catch (failure) {
      if (!this.#isEnding || !isAbort(failure)) {
        throw failure
      }
    }
  }
}

type Join = () => Promise<KafkaMember>

async function joinPatiently ({ clock, log }: KafkaSubscriptionDeps, attempts: number, join: Join, signal: AbortSignal): Promise<KafkaMember> {
  return await retry(join, {
    ...BACKOFF,
    clock,
    attempts,
    signal,
    isRetryable: isPassing,
    onRetry: (err, attempt) => {
      log.warn({ err, attempt }, 'joining the Kafka group failed, trying again')
    }
  })
}
