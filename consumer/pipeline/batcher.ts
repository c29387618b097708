import type { Clock } from '../../core/time/clock.ts'

export interface BatcherDeps<Item> {
  clock: Clock

  /** Deals with one batch. A rejection ends the batcher. */
  flush: (items: readonly Item[]) => Promise<void>
}

/** When a batch is full. */
export interface BatcherOptions {
  maxItems: number

  /** How long the first item of a batch may wait for others, in milliseconds. */
  maxWaitMs: number

  /** Batches dealt with at the same time at most: while one waits for the database, the next is made. */
  maxInFlight: number
}

/** What one batch took of an addition. */
interface Part<Item> {
  addition: Addition<Item>
  items: readonly Item[]
}

interface Addition<Item> {
  items: readonly Item[]

  /** How many of them went into a batch. */
  taken: number

  /** How many of them are dealt with. */
  done: number

  resolve: (value: undefined) => void
  reject: (reason: unknown) => void
}

/**
 * Gathers items from several sources into batches: full ones at once, others when they have waited
 * long enough. Batches are begun in the order of the items. It holds what its sources wait for, no more.
 */
export class Batcher<Item> {
  readonly #deps: BatcherDeps<Item>
  readonly #options: BatcherOptions
  readonly #pending: Addition<Item>[] = []
  #count = 0
  #timer: Disposable | undefined
  #isDue = false
  #inFlight = 0
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
    this.#pending.push({ items, taken: 0, done: 0, resolve, reject })
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
    while (this.#mayFlush() && (this.#count >= this.#options.maxItems || this.#isDue || this.#isHurried)) {
      void this.#flushNext()
    }
    if (this.#mayFlush()) {
      this.#timer ??= this.#deps.clock.after(this.#options.maxWaitMs, () => {
        this.#timer = undefined
        this.#isDue = true
        this.#schedule()
      })
    }
  }

  #mayFlush (): boolean {
    return this.#count > 0 && this.#inFlight < this.#options.maxInFlight
  }

  async #flushNext (): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#isDue = false
    this.#inFlight++
    const parts = this.#take()

    try {
      await this.#deps.flush(parts.flatMap(({ items }) => items))
      parts.forEach(settle)
    } catch (err) {
      this.#fail(err, parts)
    }

    this.#inFlight--
    this.#schedule()
  }

  // What another batch has taken whole settles with that batch.
  #fail (err: unknown, parts: readonly Part<Item>[]): void {
    this.#failure = { err }
    const lost = [...parts.map(({ addition }) => addition), ...this.#pending.splice(0)]
    this.#count = 0

    for (const { reject } of lost) {
      reject(err)
    }
  }

  #take (): Part<Item>[] {
    const parts: Part<Item>[] = []
    let room = this.#options.maxItems

    while (room > 0 && this.#pending[0] !== undefined) {
      const [addition] = this.#pending
      const items = addition.items.slice(addition.taken, addition.taken + room)
      parts.push({ addition, items })
      addition.taken += items.length
      room -= items.length
      this.#count -= items.length

      if (addition.taken === addition.items.length) {
        this.#pending.shift()
      }
    }

    return parts
  }
}

function settle<Item> ({ addition, items }: Part<Item>): void {
  addition.done += items.length

  if (addition.done === addition.items.length) {
    addition.resolve(undefined)
  }
}
