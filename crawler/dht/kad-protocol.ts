// The DHT protocol ids of the scan's network. Presets and users configure them. If a custom network leaves them out,
// the crawl learns them: from the protocol lists of bootstrap peers, and of peers that answered by a known protocol.
// A network may have several DHT protocols for years, and no single peer needs to support all. Learnt protocols are
// tried first with later peers, so only the first visits wait for identify.
import { isLan, kadNames, MAX_PROTOCOLS, networkNames } from './kad-names.ts'
import { TableOverlap } from './table-overlap.ts'

/** Protocols that are remembered; the rarest goes first. */
const MAX_REMEMBERED = 64

interface Known {
  /** Peers that answered by this protocol. */
  answers: number

  /** Peers that list this protocol, of those that answered by any. Peers that invent protocols are few compared with those that serve a real one. */
  listed: number

  /** Whether an answer by this protocol contained any peer. */
  hasNamed: boolean
}

/** What else is known about a peer that answered. */
export interface Answer {
  /** Protocols that it lists. */
  listed?: readonly string[]

  /** Number of peers in its answer. */
  named?: number
}

/** The Kademlia protocol ids of one network. */
export class KadProtocols {
  /** Whether peers that serve several protocols have one routing table for all of them. */
  readonly overlap = new TableOverlap()

  /** Whether protocols are learnt, since none are configured. */
  readonly learns: boolean

  readonly #known = new Map<string, Known>()
  #spoken: readonly string[] | undefined
  #changes = 0

  /** @param configured ids in order of preference; empty to learn them */
  constructor (configured: readonly string[]) {
    this.learns = configured.length === 0

    for (const protocol of configured) {
      this.#known.set(protocol, { answers: 0, listed: 0, hasNamed: false })
    }
  }

  /** Increases whenever another protocol is learnt. */
  get revision (): number {
    return this.#changes
  }

  /** Protocols to try before a peer has listed its own, those with most answers first. Empty while none is known. */
  candidates (): readonly string[] {
    this.#spoken ??= this.#rank()

    return this.#spoken
  }

  /** Whether the scan uses this protocol by now. */
  speaks (protocol: string): boolean {
    return this.candidates().includes(protocol)
  }

  /** The listed protocols that are this network's DHT. When learning, all DHT protocols of a bootstrap peer count. */
  among (listed: readonly string[], isBootstrap = false): readonly string[] {
    const spoken = this.candidates()
    const learnt = this.learns && (isBootstrap || spoken.length === 0) ? networkNames(listed) : []

    return [...new Set([...spoken.filter(protocol => listed.includes(protocol)), ...learnt])].slice(0, MAX_PROTOCOLS)
  }

  /** The listed DHT protocols that do not belong to this network. */
  othersAmong (listed: readonly string[]): readonly string[] {
    return networkNames(listed).filter(protocol => !this.speaks(protocol))
  }

  /** Records that a peer answered by this protocol. When learning, this protocol and those that the peer lists become the network's. */
  confirm (protocol: string, { listed = [], named = 0 }: Answer = {}): void {
    const before = this.candidates()

    if (this.learns) {
      this.#remember([protocol, ...kadNames(listed).slice(0, MAX_PROTOCOLS)])
    }

    const answered = this.#known.get(protocol)

    if (answered !== undefined) {
      answered.answers++
      answered.hasNamed ||= named > 0
    }

    this.#spoken = undefined
    this.#changes += this.candidates().some(candidate => !before.includes(candidate)) ? 1 : 0
  }

  /** The protocol by which most peers answered; undefined until the first answer. */
  confirmed (): string | undefined {
    const [best] = [...this.#known].sort(([, a], [, b]) => b.answers - a.answers)

    return best !== undefined && best[1].answers > 0 ? best[0] : undefined
  }

  #remember (protocols: readonly string[]): void {
    for (const protocol of new Set(protocols)) {
      const known = this.#known.get(protocol) ?? { answers: 0, listed: 0, hasNamed: false }
      known.listed++
      this.#known.set(protocol, known)
    }

    while (this.#known.size > MAX_REMEMBERED) {
      const [rarest = ''] = [...this.#known].sort(([, a], [, b]) => supportOf(a) - supportOf(b))[0] ?? []
      this.#known.delete(rarest)
    }
  }

  #rank (): readonly string[] {
    const ranked = [...this.#known].sort(([, a], [, b]) => supportOf(b) - supportOf(a)).map(([protocol]) => protocol)

    if (!this.learns) {
      return ranked
    }

    // Clients of the public network serve the local DHT. That DHT counts only until an answer by another protocol
    // contains peers.
    const isWide = [...this.#known].some(([protocol, { hasNamed }]) => hasNamed && !isLan(protocol))

    return ranked.filter(protocol => !isWide || !isLan(protocol)).slice(0, MAX_PROTOCOLS)
  }
}

function supportOf ({ answers, listed }: Known): number {
  return answers + listed
}
