import type { Clock } from '../../core/time/clock.ts'

export interface BatcherDeps<Item> {
  clock: Clock

  /** Processes one batch. A rejection ends the batcher. */
  flush: (items: readonly Item[]) => Promise<void>
}

/** When a batch is full. */
export interface BatcherOptions {
  maxItems: number

  /** How long the first item of a batch may wait for more items, in milliseconds. */
  maxWaitMs: number

  /** Maximum number of batches processed at the same time: while one waits for the database, the next is filled. */
  maxInFlight: number
}

/** The items of one addition that are in one batch. */
interface Part<Item> {
  addition: Addition<Item>
  items: readonly Item[]
}

interface Addition<Item> {
  items: readonly Item[]

  /** Number of items that are in a batch. */
  taken: number

  /** Number of items that are processed. */
  done: number

  resolve: (value: undefined) => void
  reject: (reason: unknown) => void
}

/**
 * Gathers items from several sources into batches. A full batch starts at once, another when its first item
 * has waited long enough. Batches start in the order of the items. Its memory is bounded by its sources: each waits for its items.
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

  /** Resolves when all items are processed; rejects with the failure that ended the batcher. */
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

  /** From now on batches start at once, full or not: the process stops. */
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

  // An addition whose items are all in other batches settles with them.
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
