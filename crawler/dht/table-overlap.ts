// A peer that serves the DHT by several protocols has either one routing table for all of them (Substrate, where they
// are an old and a new name) or one for each (IPFS, where they are the public and the local network). Only queries
// can show which. If there is one table, querying each peer twice would double the traffic without any result.

/** Peers that are queried before the counts are used. */
const FIRST = 8

/** After that, one in this many peers is still queried. A protocol that gave new peers in one of this many cases is always queried. */
const SHARE = 8

interface Count {
  /** Peers that could have been queried. */
  met: number

  asked: number

  /** Peers whose answer contained a peer that was missing from their answer by another protocol. */
  useful: number
}

/** Decides whether to query a peer that answered by one protocol by another one too. */
export class TableOverlap {
  readonly #counts = new Map<string, Count>()

  /** Whether to query the next peer by this additional protocol. */
  shouldAsk (protocol: string): boolean {
    const count = this.#counts.get(protocol) ?? { met: 0, asked: 0, useful: 0 }
    this.#counts.set(protocol, count)
    count.met++

    return count.asked < FIRST || count.useful * SHARE >= count.asked || count.met % SHARE === 0
  }

  /** Records the result of a query. */
  note (protocol: string, isUseful: boolean): void {
    const count = this.#counts.get(protocol)

    if (count !== undefined) {
      count.asked++
      count.useful += isUseful ? 1 : 0
    }
  }
}
