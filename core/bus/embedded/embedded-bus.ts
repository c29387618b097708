// The message bus of one machine: an append-only log in a SQLite file that processes share.
//
// Durability: a publish that has resolved outlives SIGKILL of any process at any moment. After a power cut
// the last publishes may be missing, together with the offsets that were committed since: a committed
// offset is never beyond the log.
import { randomUUID } from 'node:crypto'
import { isProbeError, ProbeError } from '../../errors.ts'
import { retry } from '../../time/backoff.ts'
import { isAbort } from '../../time/signals.ts'
import { sleep } from '../../time/sleep.ts'
import { isBusy } from '../port/bus-error.ts'
import { Wakeup } from '../port/wakeup.ts'
import { WriteSignal } from '../port/write-signal.ts'
import { EmbeddedGroup } from './embedded-group.ts'
import { DEFAULT_LIMITS, EmbeddedLog, MAX_VALUE_BYTES } from './embedded-log.ts'
import { EmbeddedSubscription } from './embedded-subscription.ts'
import type { Logger } from '../../process/logger.ts'
import type { Clock } from '../../time/clock.ts'
import type { BatchHandler, EventBus, GroupPosition, GroupTarget, IncomingMessage, OutgoingMessage, SubscribeOptions, TopicSpec } from '../port/event-bus.ts'
import type { LogPartition } from './embedded-log.ts'

export interface EmbeddedBusDeps {
  log: Logger
  clock: Clock

  /** Whether the disk is nearly full: then messages that all groups have committed are removed at once. @default false */
  isDiskLow?: () => boolean
}

/** Settings of the embedded bus. */
export interface EmbeddedBusOptions {
  /** File of the log; its folder must exist. */
  path: string

  /** Interval at which a reader at the end of a partition polls, in case a notification was lost, in milliseconds. @default 2000 */
  pollMs?: number

  /** Time between two heartbeats of a group member, in milliseconds. @default 500 */
  heartbeatMs?: number

  /** How long a killed member keeps its partitions, in milliseconds: longer than any pause of a running one. @default 2500 */
  leaseMs?: number

  /** Time between two removals of old messages, in milliseconds. @default 60000 */
  trimIntervalMs?: number

  /** Maximum size of one topic, compressed, in bytes; then publishing waits for the groups that read it. @default 1 GiB */
  maxBytes?: number | undefined

  /** How long messages are kept after every group has committed them, in milliseconds. @default 600000 */
  keepCommittedMs?: number
}

// Waits of 20, 40, … 1000 ms: other processes may have the write lock for about 6 s.
const BUSY_RETRY = { attempts: 12, initialMs: 20, maxMs: 1_000 }

const TRIM_PAUSE_MS = 50

// Time between two removals while the disk is nearly full.
const LOW_TRIM_MS = 5_000

// Time between two attempts of a member to write its file, such as on a full disk.
const FAULT_WAIT_MS = 1_000

type BusTimes = Required<Pick<EmbeddedBusOptions, 'path' | 'pollMs' | 'heartbeatMs' | 'leaseMs' | 'trimIntervalMs'>>

/** The embedded adapter of the {@link EventBus} port. */
export class EmbeddedBus implements EventBus {
  readonly #deps: EmbeddedBusDeps
  readonly #options: BusTimes
  readonly #file: EmbeddedLog
  readonly #wakeup: Wakeup
  readonly #signal: WriteSignal
  readonly #closing = new AbortController()
  readonly #subscriptions = new Set<EmbeddedSubscription>()
  readonly #trimTurn: Wakeup
  readonly #trimming: Promise<void>

  private constructor (deps: EmbeddedBusDeps, options: BusTimes, file: EmbeddedLog) {
    this.#deps = deps
    this.#options = options
    this.#file = file
    this.#wakeup = new Wakeup(deps)
    this.#signal = new WriteSignal(`${options.path}-written`, {
      log: deps.log,
      onWritten: () => {
        this.#wakeup.wake()
      }
    })
    this.#trimTurn = new Wakeup(deps)
    this.#trimming = this.#trimNowAndThen()
  }

  /** Opens or creates the log. @throws ProbeError `PP_BUS_UNAVAILABLE`, `PP_FILE_UNUSABLE`, `PP_CONFIG_INVALID` when the file is another database */
  static async open (deps: EmbeddedBusDeps, options: EmbeddedBusOptions, signal: AbortSignal): Promise<EmbeddedBus> {
    const { path, maxBytes = DEFAULT_LIMITS.maxBytes, keepCommittedMs = DEFAULT_LIMITS.keepCommittedMs } = options
    const limits = { maxBytes, keepCommittedMs }
    const open = async (): Promise<EmbeddedLog> => await Promise.try(() => EmbeddedLog.open(path, limits))
    const file = await retry(open, { ...BUSY_RETRY, signal, isRetryable: isBusy, clock: deps.clock })

    return new EmbeddedBus(deps, { pollMs: 2_000, heartbeatMs: 500, leaseMs: 2_500, trimIntervalMs: 60_000, ...options }, file)
  }

  async ensureTopic (spec: TopicSpec, signal: AbortSignal): Promise<void> {
    await this.#eventually(() => {
      this.#file.ensureTopic(spec)
    }, signal)
  }

  async publish (topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    const tooLarge = messages.find(({ value }) => value.byteLength > MAX_VALUE_BYTES)

    if (tooLarge !== undefined) {
      throw new ProbeError('PP_MESSAGE_TOO_LARGE', `a message of ${String(tooLarge.value.byteLength)} bytes: the limit of the bus is ${String(MAX_VALUE_BYTES)}`, { details: { topic, key: tooLarge.key } })
    }

    await this.#eventually(() => {
      this.#file.makeRoom(topic, messages, this.#deps.clock.now())
      this.#file.append(topic, messages, this.#deps.clock.now())
    }, signal)
    this.#wakeup.wake()
    this.#signal.raise()
  }

  async subscribe ({ topic, group, maxMessages }: SubscribeOptions, handler: BatchHandler, signal: AbortSignal): Promise<EmbeddedSubscription> {
    const topicId = await this.#eventually(() => this.#file.topicId(topic), signal)
    const subscription = await EmbeddedSubscription.open({
      log: this.#deps.log,
      clock: this.#deps.clock,
      file: this.#file,
      group: new EmbeddedGroup(this.#file, { group, topicId, memberId: randomUUID(), leaseMs: this.#options.leaseMs }),
      handler,
      wakeup: this.#wakeup,
      eventually: async (operation, life) => await this.#waitingOutFaults(operation, life)
    }, { ...this.#options, maxMessages }, signal)
    this.#subscriptions.add(subscription)
    void Promise.allSettled([subscription.ended]).then(() => this.#subscriptions.delete(subscription))

    return subscription
  }

  /** Partitions of a topic with their oldest and next offsets, for tools and tests. */
  async partitions (topic: string): Promise<LogPartition[]> {
    return await this.#eventually(() => this.#file.partitions(this.#file.topicId(topic)))
  }

  /** Messages of one partition from an offset on, for tools and tests; independent of groups. */
  async read (topic: string, partition: number, from: number, max: number): Promise<IncomingMessage[]> {
    const found = (await this.partitions(topic)).find(candidate => candidate.partition === partition)

    return found === undefined ? [] : await this.#eventually(() => this.#file.read(found, from, max))
  }

  async groupLag (topic: string, group: string, signal: AbortSignal): Promise<ReadonlyMap<number, number>> {
    return await this.#eventually(() => this.#group(topic, group).lag(), signal)
  }

  async groupPositions (topic: string, group: string, signal: AbortSignal): Promise<GroupPosition[]> {
    return await this.#eventually(() => this.#group(topic, group).positions(), signal)
  }

  async resetGroup (topic: string, group: string, target: GroupTarget, signal: AbortSignal): Promise<void> {
    await this.#eventually(() => {
      this.#group(topic, group).reset(target, this.#deps.clock.now())
    }, signal)
  }

  /** Leaves all groups, waits for their handlers, and closes the file. */
  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all([...this.#subscriptions].map(async (subscription) => {
      await subscription[Symbol.asyncDispose]()
    }))
    this.#closing.abort()
    this.#trimTurn.wake()
    await this.#trimming
    this.#signal[Symbol.dispose]()
    this.#file[Symbol.dispose]()
  }

  // A view of a group without membership.
  #group (topic: string, group: string): EmbeddedGroup {
    return new EmbeddedGroup(this.#file, { group, topicId: this.#file.topicId(topic), memberId: '', leaseMs: 0 })
  }

  async #eventually<T> (operation: () => T, signal: AbortSignal = this.#closing.signal): Promise<T> {
    if (this.#closing.signal.aborted) {
      throw new ProbeError('PP_BUS_CLOSED', 'the embedded log is closed')
    }

    return await retry(() => Promise.try(operation), { ...BUSY_RETRY, signal, isRetryable: isBusy, clock: this.#deps.clock })
  }

  // A file that cannot be written (a full disk) may be writable later: a member retries as long as it exists.
  async #waitingOutFaults<T> (operation: () => T, life: AbortSignal): Promise<T> {
    for (let isLogged = false; ; isLogged = true) {
      try {
        return await this.#eventually(operation)
      } catch (err) {
        if (life.aborted || !isProbeError(err, 'PP_BUS_UNAVAILABLE')) {
          throw err
        }
        if (!isLogged) {
          this.#deps.log.error({ err }, 'the message log cannot be written, trying again')
        }

        await sleep(this.#deps.clock, FAULT_WAIT_MS, life).catch((cause: unknown) => {
          // One more attempt, to commit handled messages before the end.
          if (!isAbort(cause)) {
            throw cause
          }
        })
      }
    }
  }

  // A failure only costs disk space: reading and publishing use the same file and report its errors.
  async #trimNowAndThen (): Promise<void> {
    const { clock, log, isDiskLow } = this.#deps

    while (!this.#closing.signal.aborted) {
      const isLow = isDiskLow?.() ?? false
      let waitMs = Math.min(this.#options.trimIntervalMs, isLow || isDiskLow !== undefined ? LOW_TRIM_MS : Infinity)

      try {
        // In small steps, so that publishers get the write lock in between.
        waitMs = this.#file.trim(clock.now(), { keepsCommitted: !isLow }) > 0 ? TRIM_PAUSE_MS : waitMs
      } catch (err) {
        log.warn({ err }, 'old messages not removed')
      }

      await this.#trimTurn.wait(waitMs)
    }
  }
}
