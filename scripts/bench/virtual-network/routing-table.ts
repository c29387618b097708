// k-buckets like those of a long-lived node: it knows all peers of a bucket that fit, and twenty
// random ones of a fuller bucket. Dead peers are included like live ones, as in real tables, which is
// what makes a crawl slow. Weakly known peers stand in a few random tables only, each in its bucket there.
import { isContactable } from './population.ts'
import type { VirtualPeer } from './population.ts'

/** Peers of one bucket. */
export const BUCKET_SIZE = 20

const KEY_BITS = 32

/** Peers sorted by position, for finding buckets. */
export class KeySpace {
  readonly #sorted: readonly VirtualPeer[]

  /** Weakly known peers by the number of the peer whose table they stand in. */
  readonly #weakIn: ReadonlyMap<number, readonly VirtualPeer[]>

  constructor (population: readonly VirtualPeer[]) {
    this.#sorted = population.filter(({ tables }) => tables === undefined).sort((a, b) => a.place - b.place)
    this.#weakIn = weakIn(population)
  }

  /** The routing table of a peer: other peers, shallow buckets first. */
  tableOf ({ number, place }: VirtualPeer): VirtualPeer[] {
    const random = randomOf(number)
    const table: VirtualPeer[] = []

    for (let bucket = 0; bucket < KEY_BITS && this.#closer(place, bucket) > 1; bucket++) {
      const size = 2 ** (KEY_BITS - 1 - bucket)
      const start = Math.floor(((place ^ size) >>> 0) / size) * size
      table.push(...this.#some(this.#indexOf(start), this.#indexOf(start + size), random))
    }

    for (const [i, weak] of (this.#weakIn.get(number) ?? []).entries()) {
      addTo(table, { place, weak, i })
    }

    return table
  }

  /** Peers that share at least `bits` leading bits with a position, including the peer at it. */
  #closer (place: number, bits: number): number {
    const size = 2 ** (KEY_BITS - bits)
    const start = Math.floor(place / size) * size

    return this.#indexOf(start + size) - this.#indexOf(start)
  }

  /** The peers between two indices, or one bucket of them. */
  #some (from: number, to: number, random: (below: number) => number): VirtualPeer[] {
    if (to - from <= BUCKET_SIZE) {
      return this.#sorted.slice(from, to)
    }

    const chosen = new Set<VirtualPeer>()

    while (chosen.size < BUCKET_SIZE) {
      const peer = this.#sorted[from + random(to - from)]

      if (peer !== undefined) {
        chosen.add(peer)
      }
    }

    return [...chosen]
  }

  /** Index of the first peer at or after a position. */
  #indexOf (place: number): number {
    let [low, high] = [0, this.#sorted.length]

    while (low < high) {
      const middle = (low + high) >> 1
      const there = this.#sorted[middle]?.place ?? 0
      ;[low, high] = there < place ? [middle + 1, high] : [low, middle]
    }

    return low
  }
}

/** In which tables of peers that answer the weakly known peers stand. */
function weakIn (population: readonly VirtualPeer[]): Map<number, VirtualPeer[]> {
  const answering = population.filter(peer => peer.tables === undefined && isContactable(peer))
  const found = new Map<number, VirtualPeer[]>()

  for (const weak of population.filter(({ tables }) => tables !== undefined)) {
    const random = randomOf(weak.number)
    const owners = new Set<VirtualPeer>()

    while (owners.size < Math.min(weak.tables ?? 0, answering.length)) {
      const owner = answering[random(answering.length)]

      if (owner !== undefined) {
        owners.add(owner)
      }
    }
    for (const { number } of owners) {
      found.set(number, [...found.get(number) ?? [], weak])
    }
  }

  return found
}

// Into its bucket, in place of another peer if that is full.
function addTo (table: VirtualPeer[], { place, weak, i }: { place: number, weak: VirtualPeer, i: number }): void {
  const shared = (other: number): number => Math.clz32(other ^ place)
  const bucket = [...table.keys()].filter(at => shared(table[at]?.place ?? place) === shared(weak.place))
  const at = bucket.length < BUCKET_SIZE ? table.length : bucket[i % bucket.length] ?? table.length
  table[at] = weak
}

/** The peers of a table that are closest to a position, closest first. */
export function closestIn (table: readonly VirtualPeer[], place: number): VirtualPeer[] {
  const count = table.length
  const keys = Float64Array.from(table, (peer, i) => ((peer.place ^ place) >>> 0) * count + i).sort()

  return Array.from(keys.subarray(0, BUCKET_SIZE), key => table[key % count]).filter(peer => peer !== undefined)
}

/** Xorshift: numbers from 0 up to a bound (exclusive), always the same for a peer. */
function randomOf (number: number): (below: number) => number {
  let state = (Math.imul(number, 2_654_435_761) + 1) | 0

  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5

    return (state >>> 0) % below
  }
}
