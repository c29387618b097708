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

/** Peers that are kept; a network whose protocols are learnt is no large one. */
const MAX_PEERS = 10_000

/** Peers that serve the DHT by a protocol that was not known when they were visited, and may be by now. */
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

    if (protocols === undefined) {
      return []
    }
    if (otherProtocols.length > 0 && this.#waiting.size < MAX_PEERS) {
      this.#waiting.set(peer, otherProtocols)
    }
    if (otherProtocols.some(protocol => protocols.speaks(protocol)) || this.#revision !== protocols.revision) {
      this.#revision = protocols.revision
      return this.#take(protocols)
    }

    return []
  }

  #take (protocols: SpokenProtocols): FrontierPeer[] {
    const ready = [...this.#waiting].filter(([, listed]) => listed.some(protocol => protocols.speaks(protocol))).map(([peer]) => peer)
    ready.forEach(peer => this.#waiting.delete(peer))

    return ready
  }
}
