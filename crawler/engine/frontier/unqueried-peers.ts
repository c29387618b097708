import { isLan } from '../../dht/kad-names.ts'
import type { FrontierPeer } from './frontier-peer.ts'

/** The DHT protocols that visits use, including learnt ones. */
export interface SpokenProtocols {
  /** Increases whenever another protocol is learnt. */
  readonly revision: number

  /** Whether visits use a protocol by now. */
  speaks (protocol: string): boolean

  /** All protocols that visits use. */
  candidates (): readonly string[]
}

/** How many peers list a protocol. */
export interface ListedCount { protocol: string, peers: number }

/** DHT protocols of peers that serve none of the protocols that visits use. */
export interface OtherProtocols {
  /** Peers that list a DHT other than a local network's. */
  wide: number

  /** Protocols by number of peers, most first. */
  counts: readonly ListedCount[]
}

/** Peers kept; beyond this, counts are lower bounds. */
const MAX_PEERS = 10_000

/** Protocols reported. */
const MAX_COUNTS = 20

/** Peers that serve the DHT only by protocols that visits did not use yet. When such a protocol is learnt, its peers are visited again. */
export class UnqueriedPeers {
  readonly #protocols: SpokenProtocols | undefined
  readonly #waiting = new Map<FrontierPeer, readonly string[]>()
  #revision: number

  constructor (protocols: SpokenProtocols | undefined) {
    this.#protocols = protocols
    this.#revision = protocols?.revision ?? 0
  }

  /** Records a visited peer and the other DHT protocols that it lists. Returns all recorded peers that can be queried now. */
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

  /** The protocols that are still not used. */
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
