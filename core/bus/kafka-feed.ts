// How batches get from kafkajs to the handler. A batch counts as read only when the handler has resolved. A
// rebalance waits for the handlers in work, and whatever was not committed by then is fetched again: so nothing
// more is handed out once there is a reason to join anew, and that reason is what makes the client do so.
import { childController } from '../signals.ts'
import { fromKafkaMessage } from './kafka-message.ts'
import { Wakeup } from './wakeup.ts'
import type { Clock } from '../clock.ts'
import type { BatchHandler } from './event-bus.ts'
import type { KafkaCommits } from './kafka-commits.ts'
import type { EachBatchPayload } from 'kafkajs'

/** What a feed works with. */
export interface KafkaFeedDeps {
  clock: Clock
  handler: BatchHandler
  commits: KafkaCommits

  /** Told when the handler fails: nothing more is handed out. */
  onFailure: (err: unknown) => void
}

/** How a feed works. */
export interface KafkaFeedOptions {
  maxMessages: number
  isPaused: boolean
}

// How often a paused feed looks whether it may go on, should nobody wake it.
const PAUSE_MS = 1_000

/** Hands out what one member of a group fetches. */
export class KafkaFeed implements AsyncDisposable {
  readonly #deps: KafkaFeedDeps
  readonly #maxMessages: number
  readonly #signal: AbortSignal
  readonly #turn: Wakeup
  readonly #inWork = new Set<Promise<void>>()
  #tenure: AbortController & Disposable
  #heartbeat: (() => Promise<void>) | undefined
  #interruption: Error | undefined
  #isPaused: boolean
  #isEnding = false

  constructor (deps: KafkaFeedDeps, { maxMessages, isPaused }: KafkaFeedOptions, signal: AbortSignal) {
    this.#deps = deps
    this.#maxMessages = maxMessages
    this.#isPaused = isPaused
    this.#signal = signal
    this.#turn = new Wakeup(deps)
    this.#tenure = childController(signal)
  }

  /** Whether no handler is in work. */
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

  /** Takes a batch from the client; rejects with what interrupted it. */
  async take (payload: EachBatchPayload): Promise<void> {
    const work = this.#handOutAll(payload)
    this.#inWork.add(work)

    try {
      await work
    } finally {
      this.#inWork.delete(work)
    }
  }

  /** Tells the group that this member lives, while handlers keep the client from doing so. */
  async heartbeat (): Promise<void> {
    await this.#heartbeat?.()
  }

  /** Ends what is handed out after the handlers in work. With `isLost` they are told that their partitions belong to others by now. */
  interrupt (reason: unknown, isLost: boolean): void {
    this.#interruption = reason instanceof Error ? reason : new TypeError(String(reason))

    if (isLost) {
      this.#tenure.abort()
    }
    this.#turn.wake()
  }

  /** The partitions were dealt out anew. */
  joined (): void {
    this.#interruption = undefined

    if (this.#tenure.signal.aborted && !this.#signal.aborted) {
      this.#tenure[Symbol.dispose]()
      this.#tenure = childController(this.#signal)
    }
  }

  /** Hands out nothing more and waits for the handlers in work. */
  async [Symbol.asyncDispose] (): Promise<void> {
    this.#isEnding = true
    this.#turn.wake()
    await Promise.allSettled(this.#inWork)
    this.#tenure[Symbol.dispose]()
  }

  async #handOutAll (payload: EachBatchPayload): Promise<void> {
    const { partition, messages } = payload.batch
    this.#heartbeat = async () => {
      await payload.heartbeat()
    }
    this.#deps.commits.began(partition, Number(messages[0]?.offset ?? 0), async (offsets) => {
      await payload.commitOffsetsIfNecessary(offsets)
    })

    for (let from = 0; from < messages.length && await this.#mayHandOut(); from += this.#maxMessages) {
      const part = messages.slice(from, from + this.#maxMessages)
      await this.#handOut(partition, part.map(message => fromKafkaMessage(message, partition)))

      if (this.#isInterrupted) {
        break
      }
      payload.resolveOffset(part.at(-1)?.offset ?? '')
    }

    if (this.#interruption !== undefined) {
      throw this.#interruption
    }
  }

  async #mayHandOut (): Promise<boolean> {
    while (this.#isPaused && !this.#isInterrupted) {
      await this.#turn.wait(PAUSE_MS)
    }

    return !this.#isInterrupted
  }

  async #handOut (partition: number, messages: ReturnType<typeof fromKafkaMessage>[]): Promise<void> {
    try {
      await this.#deps.handler({ partition, messages }, this.#tenure.signal)
    } catch (err) {
      this.#isEnding = true
      this.#deps.onFailure(err)
    }
  }

  get #isInterrupted (): boolean {
    return this.#isEnding || this.#signal.aborted || this.#interruption !== undefined
  }
}
