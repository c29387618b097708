import { isLan } from '../../dht/kad-names.ts'
import type { FrontierPeer } from './frontier-peer.ts'

/** The DHT protocols by which visits ask, those that were learnt among them. */
export interface SpokenProtocols {
  /** Grows whenever another protocol was learnt. */
  readonly revision: number

  /** Whether visits ask by a protocol by now. */
  speaks (protocol: string): boolean

  /** All by which they ask. */
  candidates (): readonly string[]
}

/** How many peers list a protocol. */
export interface ListedCount { protocol: string, peers: number }

/** What peers list that serve none of the protocols by which visits ask. */
export interface OtherProtocols {
  /** Peers that list the DHT of another network than a local one. */
  wide: number

  /** The most listed first. */
  counts: readonly ListedCount[]
}

/** Peers that are kept: beyond them, counts are lower bounds. */
const MAX_PEERS = 10_000

/** Protocols that are counted. */
const MAX_COUNTS = 20

/** Peers that serve the DHT by protocols by which they were not asked. One that is learnt afterwards brings its peers back. */
export class UnaskedPeers {
  readonly #protocols: SpokenProtocols | undefined
  readonly #waiting = new Map<FrontierPeer, readonly string[]>()
  #revision: number

  constructor (protocols: SpokenProtocols | undefined) {
    this.#protocols = protocols
    this.#revision = protocols?.revision ?? 0
  }

  /** Notes a visited peer and the DHT protocols that it lists, and returns all peers that can be asked now. */
  note (peer: FrontierPeer, otherProtocols: readonly string[] = []): FrontierPeer[] {
    const protocols = this.#protocols

    if (otherProtocols.length > 0 && this.#waiting.size < MAX_PEERS) {
      this.#waiting.set(peer, otherProtocols)
    }
    if (protocols === undefined) {
      return []
    }
    if (otherProtocols.some(protocol => protocols.speaks(protocol)) || this.#revision !== protocols.revision) {
      this.#revision = protocols.revision
      return this.#take(protocols)
    }

    return []
  }

  /** What is left to be asked. */
  others (): OtherProtocols {
    const counts = new Map<string, number>()
    let wide = 0

    for (const listed of this.#waiting.values()) {
      wide += listed.some(protocol => !isLan(protocol)) ? 1 : 0
      listed.forEach(protocol => counts.set(protocol, (counts.get(protocol) ?? 0) + 1))
    }

    const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_COUNTS)

    return { wide, counts: sorted.map(([protocol, peers]) => ({ protocol, peers })) }
  }

  #take (protocols: SpokenProtocols): FrontierPeer[] {
    const ready = [...this.#waiting].filter(([, listed]) => listed.some(protocol => protocols.speaks(protocol))).map(([peer]) => peer)
    ready.forEach(peer => this.#waiting.delete(peer))

    return ready
  }
}
