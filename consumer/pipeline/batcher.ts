import type { Clock } from '../../core/clock.ts'

/** What a batcher works with. */
export interface BatcherDeps<Item> {
  clock: Clock

  /** Deals with one batch; the next one comes after it has resolved. A rejection ends the batcher. */
  flush: (items: readonly Item[]) => Promise<void>
}

/** When a batch is full. */
export interface BatcherOptions {
  maxItems: number

  /** How long the first item of a batch may wait for others, in milliseconds. */
  maxWaitMs: number
}

interface Addition<Item> {
  items: readonly Item[]

  /** How many of them went into a batch. */
  taken: number

  resolve: (value: undefined) => void
  reject: (reason: unknown) => void
}

/**
 * Gathers items from several sources into batches: full ones at once, others when they have waited
 * long enough. Items of one source stay in order. It holds what its sources wait for, no more.
 */
export class Batcher<Item> {
  readonly #deps: BatcherDeps<Item>
  readonly #options: BatcherOptions
  readonly #pending: Addition<Item>[] = []
  #count = 0
  #timer: Disposable | undefined
  #isDue = false
  #isFlushing = false
  #isHurried = false
  #failure: { err: unknown } | undefined

  constructor (deps: BatcherDeps<Item>, options: BatcherOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Resolves when all of the items are dealt with; rejects with the failure that ended the batcher. */
  async add (items: readonly Item[]): Promise<void> {
    if (this.#failure !== undefined) {
      throw this.#failure.err
    }

    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    this.#pending.push({ items, taken: 0, resolve, reject })
    this.#count += items.length
    this.#schedule()
    await promise
  }

  /** From now on nothing waits for company: the process stops. */
  hurry (): void {
    this.#isHurried = true
    this.#schedule()
  }

  #schedule (): void {
    if (this.#isFlushing || this.#count === 0) {
      return
    }
    if (this.#count >= this.#options.maxItems || this.#isDue || this.#isHurried) {
      void this.#flushAll()
      return
    }

    this.#timer ??= this.#deps.clock.after(this.#options.maxWaitMs, () => {
      this.#timer = undefined
      this.#isDue = true
      this.#schedule()
    })
  }

  async #flushAll (): Promise<void> {
    this.#isFlushing = true

    try {
      await this.#flushBatch()
    } catch (err) {
      this.#failure = { err }
      this.#pending.splice(0).forEach(({ reject }) => {
        reject(err)
      })
      this.#count = 0
    }

    this.#isFlushing = false
    this.#schedule()
  }

  async #flushBatch (): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#isDue = false

    await this.#deps.flush(this.#take())

    while (this.#pending[0] !== undefined && this.#pending[0].taken === this.#pending[0].items.length) {
      this.#pending.shift()?.resolve(undefined)
    }
  }

  #take (): Item[] {
    const batch: Item[] = []

    for (const addition of this.#pending) {
      const part = addition.items.slice(addition.taken, addition.taken + this.#options.maxItems - batch.length)
      batch.push(...part)
      addition.taken += part.length

      if (batch.length === this.#options.maxItems) {
        break
      }
    }

    this.#count -= batch.length

    return batch
  }
}
