// k-buckets like those of a long-lived node: it knows all peers of a bucket that fit, and twenty
// random ones of a fuller bucket. Dead peers are included like live ones, as in real tables, which is
// what makes a crawl slow.
import type { VirtualPeer } from './population.ts'

/** Peers of one bucket. */
export const BUCKET_SIZE = 20

const KEY_BITS = 32

/** Peers sorted by position, for finding buckets. */
export class KeySpace {
  readonly #sorted: readonly VirtualPeer[]

  constructor (population: readonly VirtualPeer[]) {
    this.#sorted = [...population].sort((a, b) => a.place - b.place)
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
