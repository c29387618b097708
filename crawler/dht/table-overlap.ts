// A peer that serves the DHT by several protocols has one table behind all of them (Substrate, where they are an old and
// a new name of one thing) or one for each (IPFS, where they are the public and the local network). Which, only asking
// tells; and where it is one, asking each peer twice would double the traffic for nothing.

/** Peers that are asked before anything is concluded. */
const FIRST = 8

/** Afterwards one in so many peers is asked all the same, and a protocol that brought something to one in so many is asked always. */
const SHARE = 8

interface Count {
  /** Peers that could have been asked. */
  met: number

  asked: number

  /** Peers whose answer named somebody that their answer by another protocol had not named. */
  useful: number
}

/** Decides whether a peer that answered by one protocol is asked by a further one too. */
export class TableOverlap {
  readonly #counts = new Map<string, Count>()

  /** Whether to ask another peer by this further protocol. */
  shouldAsk (protocol: string): boolean {
    const count = this.#counts.get(protocol) ?? { met: 0, asked: 0, useful: 0 }
    this.#counts.set(protocol, count)
    count.met++

    return count.asked < FIRST || count.useful * SHARE >= count.asked || count.met % SHARE === 0
  }

  /** Notes what asking brought. */
  note (protocol: string, isUseful: boolean): void {
    const count = this.#counts.get(protocol)

    if (count !== undefined) {
      count.asked++
      count.useful += isUseful ? 1 : 0
    }
  }
}
