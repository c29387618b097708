// Which protocol ids a scan takes for its network's DHT. Presets and users name them; a network of
// one's own may leave them out, and then the crawl learns them from what its peers list. What was
// learnt stands first for later peers, so that only the first visits wait for identify.

/** Protocols that are learnt at most. */
const MAX_PROTOCOLS = 8

/** Longest protocol id that is learnt, as long as a configured one may be. */
const MAX_LENGTH = 128

/** A part of the id that is `kad`, alone or after a name: `/ipfs/kad/1.0.0`, `/dot/kad`, `/avail_kad/id/1.0.0-b91746`. */
const KAD_PART = /[/_]kad(\/|$)/

/** The DHT of a local network, which every IPFS peer serves beside the public one. */
const LAN_PART = '/lan/'

/** The Kademlia protocol ids of one network. */
export class KadProtocols {
  private readonly learns: boolean
  private readonly answers = new Map<string, number>()

  /** @param configured ids in the order of preference; empty to learn them */
  constructor (configured: readonly string[]) {
    this.learns = configured.length === 0

    for (const protocol of configured) {
      this.answers.set(protocol, 0)
    }
  }

  /** What to try before a peer has told its protocols, the most answered first; empty when nothing is known yet. */
  candidates (): readonly string[] {
    return [...this.answers].sort(([, a], [, b]) => b - a).map(([protocol]) => protocol)
  }

  /** Which of the protocols that a peer lists are this network's DHT. */
  among (listed: readonly string[]): readonly string[] {
    return this.answers.size === 0
      ? listed.filter(protocol => protocol.length <= MAX_LENGTH && KAD_PART.test(protocol) && !protocol.includes(LAN_PART)).slice(0, MAX_PROTOCOLS)
      : this.candidates().filter(protocol => listed.includes(protocol))
  }

  /** Notes that a peer answered. In a network that names none, the protocol of the first answer is the network's. */
  confirm (protocol: string): void {
    const count = this.answers.get(protocol)

    if (count !== undefined || (this.learns && this.answers.size === 0)) {
      this.answers.set(protocol, (count ?? 0) + 1)
    }
  }

  /** The protocol that most peers answered; undefined until one did. */
  confirmed (): string | undefined {
    const [best] = [...this.answers].sort(([, a], [, b]) => b - a)

    return best !== undefined && best[1] > 0 ? best[0] : undefined
  }
}
