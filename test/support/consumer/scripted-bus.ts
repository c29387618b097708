import type { BatchHandler, EventBus, GroupStanding, IncomingMessage, SubscribeOptions, Subscription } from '../../../core/bus/port/event-bus.ts'

/** A subscription that hands out what the test says, and ends when its handlers have. */
class ScriptedSubscription implements Subscription {
  readonly commits: [number, number][] = []
  readonly ended: Promise<void>
  isPaused = false
  isOver = false
  readonly #finished = Promise.withResolvers<undefined>()
  readonly #inWork = new Set<Promise<void>>()
  readonly #handler: BatchHandler
  readonly #signal: AbortSignal
  readonly #lag: () => number

  constructor (handler: BatchHandler, lag: () => number, signal: AbortSignal) {
    this.#handler = handler
    this.#signal = signal
    this.#lag = lag
    this.ended = this.#finished.promise.then(() => undefined)
    this.ended.catch(() => undefined)
    signal.addEventListener('abort', () => {
      void this[Symbol.asyncDispose]()
    })
  }

  async handOut (messages: readonly IncomingMessage[]): Promise<void> {
    const handling = this.#handler({ partition: messages[0]!.partition, messages, nextOffset: messages.at(-1)!.offset + 1 }, this.#signal)
    this.#inWork.add(handling)
    await handling
  }

  /** Ends it from outside. */
  finish (failure?: Error): void {
    this.isOver = true
    if (failure === undefined) {
      this.#finished.resolve(undefined)
    } else {
      this.#finished.reject(failure)
    }
  }

  async commit (partition: number, nextOffset: number): Promise<void> {
    await Promise.resolve(this.commits.push([partition, nextOffset]))
  }

  pause (): void {
    this.isPaused = true
  }

  resume (): void {
    this.isPaused = false
  }

  async lag (): Promise<ReadonlyMap<number, number>> {
    return await Promise.resolve(new Map([[0, this.#lag()]]))
  }

  async standing (): Promise<GroupStanding> {
    return await Promise.resolve({ assigned: 1, partitions: 1, members: 1, others: 0, otherTopics: [] })
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.allSettled(this.#inWork)
    this.finish()
  }
}

/** A bus whose one topic hands out what the test says. */
export class ScriptedBus implements Pick<EventBus, 'subscribe' | 'publish'> {
  readonly subscriptions: ScriptedSubscription[] = []
  lag = 0

  get current (): ScriptedSubscription {
    return this.subscriptions.at(-1)!
  }

  async handOut (messages: readonly IncomingMessage[]): Promise<void> {
    await this.current.handOut(messages)
  }

  async subscribe (_options: SubscribeOptions, handler: BatchHandler, signal: AbortSignal): Promise<Subscription> {
    const subscription = new ScriptedSubscription(handler, () => this.lag, signal)
    this.subscriptions.push(subscription)

    return await Promise.resolve(subscription)
  }

  async publish (): Promise<void> {
    await Promise.resolve()
  }
}
