// Delivers batches of kafkajs to the handler. A batch counts as read only when the handler has resolved. A rebalance
// waits for the running handlers, and messages that are not committed by then are fetched again. So after a reason to
// rejoin, nothing more is delivered, and that reason is thrown to the client, which makes it rejoin.
import { ProbeError } from '../../errors.ts'
import { childController } from '../../time/signals.ts'
import { Wakeup } from '../port/wakeup.ts'
import { fromKafkaMessage } from './kafka-message.ts'
import { unreadableReason } from './records/kafka-batches.ts'
import type { Clock } from '../../time/clock.ts'
import type { BatchHandler, MessageBatch } from '../port/event-bus.ts'
import type { KafkaCommits } from './kafka-commits.ts'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'

export interface KafkaBatchDeliveryDeps {
  clock: Clock
  handler: BatchHandler
  commits: KafkaCommits

  /** Called when the handler fails: nothing more is delivered. */
  onFailure: (err: unknown) => void
}

/** Settings of the delivery. */
export interface KafkaBatchDeliveryOptions {
  topic: string
  maxMessages: number
  isPaused: boolean
}

// Interval at which a paused delivery checks whether it may continue, in case it is not woken.
const PAUSE_MS = 1_000

/** Delivers the messages that one member of a group fetches. */
export class KafkaBatchDelivery implements AsyncDisposable {
  readonly #deps: KafkaBatchDeliveryDeps
  readonly #topic: string
  readonly #maxMessages: number
  readonly #signal: AbortSignal
  readonly #turn: Wakeup
  readonly #inWork = new Set<Promise<void>>()
  #tenure: AbortController & Disposable
  #heartbeat: (() => Promise<void>) | undefined
  #interruption: Error | undefined
  #isPaused: boolean
  #isEnding = false

  constructor (deps: KafkaBatchDeliveryDeps, { topic, maxMessages, isPaused }: KafkaBatchDeliveryOptions, signal: AbortSignal) {
    this.#deps = deps
    this.#topic = topic
    this.#maxMessages = maxMessages
    this.#isPaused = isPaused
    this.#signal = signal
    this.#turn = new Wakeup(deps)
    this.#tenure = childController(signal)
  }

  /** Whether no handler is running. */
  get isIdle (): boolean {
    return this.#inWork.size === 0
  }

  pause (): void {
    this.#isPaused = true
  }

  resume (): void {
    this.#isPaused = false
    this.#turn.wake()
  }

  /** Delivers a batch of the client; rejects with the reason of an interruption. */
  async take (payload: EachBatchPayload): Promise<void> {
    const work = this.#handOutAll(payload)
    this.#inWork.add(work)

    try {
      await work
    } finally {
      this.#inWork.delete(work)
    }
  }

  /** Sends heartbeats while running handlers keep the client from sending them. */
  async heartbeat (): Promise<void> {
    await this.#heartbeat?.()
  }

  /** Ends the delivery after the running handlers. With `isLost` their partitions already belong to other members. */
  interrupt (reason: unknown, isLost: boolean): void {
    this.#interruption = reason instanceof Error ? reason : new TypeError(String(reason))

    if (isLost) {
      this.#tenure.abort()
    }
    this.#turn.wake()
  }

  /** The partitions were reassigned. */
  joined (): void {
    this.#interruption = undefined

    if (this.#tenure.signal.aborted && !this.#signal.aborted) {
      this.#tenure[Symbol.dispose]()
      this.#tenure = childController(this.#signal)
    }
  }

  /** Delivers nothing more and waits for the running handlers. */
  async [Symbol.asyncDispose] (): Promise<void> {
    this.#isEnding = true
    this.#turn.wake()
    await Promise.allSettled(this.#inWork)
    this.#tenure[Symbol.dispose]()
  }

  async #handOutAll (payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    this.#heartbeat = async () => {
      await payload.heartbeat()
    }
    this.#deps.commits.began(batch.partition, Number(batch.firstOffset() ?? 0), async (offsets) => {
      await payload.commitOffsetsIfNecessary(offsets)
    })

    const reason = await this.#handOutParts(partsOf(batch, this.#maxMessages), payload) ? firstUnreadable(batch.messages)?.reason : undefined

    if (reason !== undefined) {
      this.#fail(unreadableBatch(this.#topic, batch.partition, reason))
    }
    if (this.#interruption !== undefined) {
      throw this.#interruption
    }
  }

  /** Whether all were delivered. */
  async #handOutParts (parts: readonly MessageBatch[], payload: EachBatchPayload): Promise<boolean> {
    for (const part of parts) {
      if (!await this.#mayHandOut()) {
        return false
      }

      await this.#handOut(part)

      if (this.#isInterrupted) {
        return false
      }
      payload.resolveOffset(String(part.nextOffset - 1))
    }

    return true
  }

  async #mayHandOut (): Promise<boolean> {
    while (this.#isPaused && !this.#isInterrupted) {
      await this.#turn.wait(PAUSE_MS)
    }

    return !this.#isInterrupted
  }

  async #handOut (batch: MessageBatch): Promise<void> {
    try {
      await this.#deps.handler(batch, this.#tenure.signal)
    } catch (err) {
      this.#fail(err)
    }
  }

  #fail (err: unknown): void {
    this.#isEnding = true
    this.#deps.onFailure(err)
  }

  get #isInterrupted (): boolean {
    return this.#isEnding || this.#signal.aborted || this.#interruption !== undefined
  }
}

type ClientBatch = EachBatchPayload['batch']

/** Splits a batch of the client for the handler. The last part also commits the batch's end, if all of it is readable. */
function partsOf (batch: ClientBatch, maxMessages: number): MessageBatch[] {
  const { partition } = batch
  const unreadable = firstUnreadable(batch.messages)
  const messages = batch.messages.slice(0, unreadable?.at).map(message => fromKafkaMessage(message, partition))
  const parts: MessageBatch[] = []

  for (let from = 0; from < messages.length; from += maxMessages) {
    const part = messages.slice(from, from + maxMessages)
    parts.push({ partition, messages: part, nextOffset: (part.at(-1)?.offset ?? 0) + 1 })
  }
  if (unreadable !== undefined) {
    return parts
  }

  const nextOffset = Number(batch.lastOffset()) + 1
  const last = parts.pop() ?? { partition, messages: [], nextOffset }

  return [...parts, { ...last, nextOffset }]
}

function firstUnreadable (messages: readonly KafkaMessage[]): { at: number, reason: string } | undefined {
  const at = messages.findIndex(message => unreadableReason(message) !== undefined)
  const message = messages[at]

  return message === undefined ? undefined : { at, reason: unreadableReason(message) ?? '' }
}

function unreadableBatch (topic: string, partition: number, reason: string): ProbeError {
  return new ProbeError('PP_BATCH_UNREADABLE', `topic ${topic}, partition ${String(partition)}, ${reason}. No message after it in this partition is read`, { details: { topic, partition } })
}
