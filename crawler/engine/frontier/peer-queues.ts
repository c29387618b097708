import { Fifo } from './fifo.ts'
import { isFresh } from './frontier-peer.ts'
import type { FrontierEntry } from './frontier-peer.ts'

/** The queued peers: likely live ones first. */
export class PeerQueues {
  readonly #fresh = new Fifo<FrontierEntry>()
  readonly #last = new Fifo<FrontierEntry>()
  #size = 0

  get size (): number {
    return this.#size
  }

  add (entry: FrontierEntry): void {
    entry.state = 'queued'
    entry.fresh = isFresh(entry)
    this.#size++
    this.#queueOf(entry).push(entry)
  }

  /** Moves a queued peer forward if it became fresh meanwhile. It stays in the other queue too, where it does not count. */
  review (entry: FrontierEntry): void {
    if (!entry.fresh && isFresh(entry)) {
      entry.fresh = true
      this.#fresh.push(entry)
    }
  }

  /** Removes the next peer. */
  take (): FrontierEntry | undefined {
    const entry = nextOf(this.#fresh, true) ?? nextOf(this.#last, false)

    if (entry !== undefined) {
      this.#size--
    }

    return entry
  }

  #queueOf ({ fresh }: FrontierEntry): Fifo<FrontierEntry> {
    return fresh ? this.#fresh : this.#last
  }
}

// A peer that became fresh while it waited is in both queues: only the entry in the current queue counts.
function nextOf (queue: Fifo<FrontierEntry>, fresh: boolean): FrontierEntry | undefined {
  let entry = queue.shift()

  while (entry !== undefined && (entry.state !== 'queued' || entry.fresh !== fresh)) {
    entry = queue.shift()
  }

  return entry
}
