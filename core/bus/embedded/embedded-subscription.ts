import { childController, onAbort } from '../../time/signals.ts'
import { Wakeup } from '../port/wakeup.ts'
import { PartitionReader } from './partition-reader.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'
import type { BatchHandler, GroupStanding, Subscription } from '../port/event-bus.ts'
import type { EmbeddedGroup, Heartbeat, OwnedPartition } from './embedded-group.ts'
import type { EmbeddedLog } from './embedded-log.ts'

export interface EmbeddedSubscriptionDeps {
  log: Logger
  clock: Clock
  file: EmbeddedLog
  group: EmbeddedGroup
  handler: BatchHandler

  /** Woken by the bus after a publish. */
  wakeup: Wakeup

  /** Runs an operation on the file. Retries while another process writes, and, until `life` aborts, while the file cannot be written. */
  eventually: <T>(operation: () => T, life: AbortSignal) => Promise<T>
}

/** Settings of an embedded subscription. */
export interface EmbeddedSubscriptionOptions {
  maxMessages: number
  pollMs: number
  heartbeatMs: number
}

/**
 * One member of a group on the embedded log: a heartbeat that renews its leases, and one reader for each of its
 * partitions.
 */
export class EmbeddedSubscription implements Subscription {
  readonly ended: Promise<void>
  readonly #deps: EmbeddedSubscriptionDeps
  readonly #options: EmbeddedSubscriptionOptions
  readonly #abort: AbortController & Disposable
  readonly #turn: Wakeup
  readonly #readers = new Map<number, PartitionReader>()
  readonly #partitionIds = new Map<number, number>()
  #isPaused = false
  #isEnding = false
  #failure: { err: unknown } | undefined

  private constructor (deps: EmbeddedSubscriptionDeps, options: EmbeddedSubscriptionOptions, signal: AbortSignal) {
    this.#deps = deps
    this.#options = options
    this.#abort = childController(signal)
    this.#turn = new Wakeup(deps)
    onAbort(this.#abort.signal, () => {
      this.#end()
    })
    this.ended = this.#run()
    // A caller that awaits `ended` gets the failure; without one, it must not end the process.
    this.ended.catch(() => undefined)
  }

  /** Joins the group; returns when it has taken the partitions that are free. */
  static async open (deps: EmbeddedSubscriptionDeps, options: EmbeddedSubscriptionOptions, signal: AbortSignal): Promise<EmbeddedSubscription> {
    const first = await deps.eventually(() => deps.group.beat(deps.clock.now()), signal)
    const subscription = new EmbeddedSubscription(deps, options, signal)
    subscription.#follow(first)

    return subscription
  }

  async commit (partition: number, nextOffset: number): Promise<void> {
    const partitionId = this.#partitionIds.get(partition)

    if (partitionId === undefined) {
      throw new TypeError(`partition ${String(partition)} was never assigned to this member`)
    }

    await this.#deps.eventually(() => {
      this.#deps.group.commit(partitionId, nextOffset)
    }, this.#abort.signal)
  }

  pause (): void {
    this.#isPaused = true
  }

  resume (): void {
    this.#isPaused = false
    this.#deps.wakeup.wake()
  }

  async lag (): Promise<ReadonlyMap<number, number>> {
    const lag = await this.#deps.eventually(() => this.#deps.group.lag(), this.#abort.signal)

    return new Map([...lag].filter(([partition]) => this.#readers.has(partition)))
  }

  /** A group of the embedded log has one topic: no member reads another one, and the number of members is not needed. */
  async standing (): Promise<GroupStanding> {
    const lag = await this.#deps.eventually(() => this.#deps.group.lag(), this.#abort.signal)

    return { assigned: this.#readers.size, partitions: lag.size, members: 1, others: 0, otherTopics: [] }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#end()
    // A caller that awaits `ended` gets the failure.
    await Promise.allSettled([this.ended])
  }

  #end (): void {
    this.#isEnding = true
    this.#turn.wake()
  }

  async #run (): Promise<void> {
    const { clock, eventually, group } = this.#deps

    try {
      await this.#turn.wait(this.#options.heartbeatMs)

      // The heartbeat continues while handlers end, so that no other member takes their partitions.
      while (!this.#isEnding || this.#readers.size > 0) {
        this.#follow(await eventually(() => group.beat(clock.now()), this.#abort.signal))
        await this.#turn.wait(this.#options.heartbeatMs)
      }
    } catch (err) {
      this.#fail(err)
    }

    await Promise.allSettled([...this.#readers.values()].map(async ({ done }) => {
      await done
    }))
    await this.#leave()
    this.#abort[Symbol.dispose]()

    if (this.#failure !== undefined) {
      throw this.#failure.err
    }
  }

  async #leave (): Promise<void> {
    try {
      await this.#deps.eventually(() => {
        this.#deps.group.leave()
      }, this.#abort.signal)
    } catch (err) {
      this.#fail(err)
    }
  }

  #fail (err: unknown): void {
    this.#failure ??= { err }
    this.#abort.abort()
    this.#end()
  }

  /** Starts and stops readers according to a heartbeat. */
  #follow ({ owned, surplus }: Heartbeat): void {
    for (const [partition, reader] of this.#readers) {
      if (!owned.has(partition)) {
        this.#deps.log.warn({ partition }, 'partition taken over by another member')
        reader.lose()
      } else if (this.#isEnding || surplus.has(partition)) {
        reader.stop()
      }
    }
    for (const partition of owned.values()) {
      if (!this.#isEnding && !surplus.has(partition.partition) && !this.#readers.has(partition.partition)) {
        this.#start(partition)
      }
    }
  }

  #start (owned: OwnedPartition): void {
    const { log, file, handler, wakeup, eventually } = this.#deps
    const { maxMessages, pollMs } = this.#options
    const { partition, partitionId, expired } = owned

    if (expired > 0) {
      log.warn({ partition, expired }, 'retention removed messages that the group had not committed')
    }

    const reader = new PartitionReader({
      read: async from => await eventually(() => file.read(owned, from, maxMessages), this.#abort.signal),
      handler,
      wakeup,
      isPaused: () => this.#isPaused
    }, { partition, partitionId, position: owned.position, pollMs }, this.#abort.signal)
    this.#partitionIds.set(partition, partitionId)
    this.#readers.set(partition, reader)
    void this.#retire(partition, reader)
  }

  async #retire (partition: number, reader: PartitionReader): Promise<void> {
    try {
      await reader.done
      await this.#deps.eventually(() => {
        this.#deps.group.release(reader.partitionId)
      }, this.#abort.signal)
    } catch (err) {
      this.#fail(err)
    } finally {
      this.#readers.delete(partition)
      this.#turn.wake()
    }
  }
}
