// Which protocol ids a scan takes for its network's DHT. Presets and users name them; a network of
// one's own may leave them out, and then the crawl learns them: those that bootstrap peers list, and those that peers
// list which have answered by one of them. A network may have several for years, and no single peer is a sample of all.
// What was learnt stands first for later peers, so that only the first visits wait for identify.
import { isLan, kadNames, MAX_PROTOCOLS, networkNames } from './kad-names.ts'
import { TableOverlap } from './table-overlap.ts'

/** Protocols that are remembered; the rarest goes first. */
const MAX_REMEMBERED = 64

interface Known {
  /** Peers that answered by it. */
  answers: number

  /** Peers that list it, of those that answered by any. Strangers who invent protocols are few against those who serve a real one. */
  listed: number

  /** Whether an answer by it named anybody. */
  hasNamed: boolean
}

/** What else is known of a peer that answered. */
export interface Answer {
  /** What it lists. */
  listed?: readonly string[]

  /** Peers that it named. */
  named?: number
}

/** The Kademlia protocol ids of one network. */
export class KadProtocols {
  /** What peers that serve several protocols have behind them. */
  readonly overlap = new TableOverlap()

  /** Whether the protocols are learnt. */
  readonly learns: boolean

  readonly #known = new Map<string, Known>()
  #spoken: readonly string[] | undefined
  #changes = 0

  /** @param configured ids in the order of preference; empty to learn them */
  constructor (configured: readonly string[]) {
    this.learns = configured.length === 0

    for (const protocol of configured) {
      this.#known.set(protocol, { answers: 0, listed: 0, hasNamed: false })
    }
  }

  /** Grows whenever another protocol was learnt. */
  get revision (): number {
    return this.#changes
  }

  /** What to try before a peer has told its protocols, the most answered first; empty when nothing is known yet. */
  candidates (): readonly string[] {
    this.#spoken ??= this.#rank()

    return this.#spoken
  }

  /** Whether the scan speaks a protocol by now. */
  speaks (protocol: string): boolean {
    return this.candidates().includes(protocol)
  }

  /** Which of the protocols that a peer lists are this network's DHT. What a bootstrap peer lists is, where that is learnt. */
  among (listed: readonly string[], isBootstrap = false): readonly string[] {
    const spoken = this.candidates()
    const learnt = this.learns && (isBootstrap || spoken.length === 0) ? networkNames(listed) : []

    return [...new Set([...spoken.filter(protocol => listed.includes(protocol)), ...learnt])].slice(0, MAX_PROTOCOLS)
  }

  /** The DHT protocols that a peer lists beside those of this network. */
  othersAmong (listed: readonly string[]): readonly string[] {
    return networkNames(listed).filter(protocol => !this.speaks(protocol))
  }

  /** Notes that a peer answered. Where protocols are learnt, that one and those that the peer lists are the network's. */
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

  /** The protocol that most peers answered; undefined until one did. */
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

    // Clients of the public network serve the local one: theirs counts only as long as no other has named anybody.
    const isWide = [...this.#known].some(([protocol, { hasNamed }]) => hasNamed && !isLan(protocol))

    return ranked.filter(protocol => !isWide || !isLan(protocol)).slice(0, MAX_PROTOCOLS)
  }
}

function supportOf ({ answers, listed }: Known): number {
  return answers + listed
}
