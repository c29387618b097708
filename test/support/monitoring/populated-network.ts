// A network of hundreds of peers on loopback whose population changes: groups of peers come and go, announce agents of their own,
// and have keys where the group wants them. Peers that serve the DHT know those that are there now.
import { defined } from '../../../core/defined.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { kuboAddresses } from '../../../scripts/bench/virtual-network/kubo-addresses.ts'
import { PeerAnswers } from '../../../scripts/bench/virtual-network/peer-answers.ts'
import { PeerServer } from '../../../scripts/bench/virtual-network/peer-server.ts'
import { createPopulation } from '../../../scripts/bench/virtual-network/population.ts'
import { KeySpace } from '../../../scripts/bench/virtual-network/routing-table.ts'
import type { AnswersOfPeers } from '../../../scripts/bench/virtual-network/peer-answers.ts'
import type { VirtualPeer } from '../../../scripts/bench/virtual-network/population.ts'

// Of these the groups are made; keys for the crowded part of the key space are found among them.
const CANDIDATES = 5_000
const PLACE_BITS = 32

// A prime: the tables in which a peer stands are far from one another.
const STRIDE = 7_919
const { signal } = new AbortController()

/** Which peers a group is made of. */
export interface GroupOptions {
  count: number

  /** @default agents of Kubo and rust-libp2p */
  agent?: string

  /** Only peers in the first part of the key space, of 2 to the power of this. @default everywhere */
  crowdedBits?: number

  /** In how many routing tables each of them stands. @default all that have room */
  tables?: number
}

interface Group { peers: readonly VirtualPeer[], tables?: number }

/** See the head of this file. */
export class PopulatedNetwork implements AsyncDisposable {
  readonly #free = createPopulation({ peers: CANDIDATES, dead: 0 })
  readonly #groups = new Map<string, Group & { server: PeerServer }>()
  readonly #first = this.#free[0]!
  #answers = new PeerAnswers(new KeySpace([]), 1)

  /** What a peer answers depends on who is there. */
  readonly #current: AnswersOfPeers = {
    identify: peer => this.#answers.identify(peer),
    findNode: (peer, key) => this.#answers.findNode(peer, key)
  }

  /** Multiaddr of a peer of the group that joined first. */
  get bootstrap (): string {
    const [address] = kuboAddresses(this.#first.number, 1)

    return `${formatAddress(address!) ?? ''}/p2p/${formatPeerId(this.#first.key.id)}`
  }

  /** Has a group of peers join. */
  async join (name: string, { count, agent, crowdedBits = 0, tables }: GroupOptions): Promise<void> {
    const chosen = this.#free.filter(({ place }) => crowdedBits === 0 || place >>> (PLACE_BITS - crowdedBits) === 0).slice(0, count)

    if (chosen.length < count) {
      throw new TypeError(`only ${String(chosen.length)} peers are left for ${name}`)
    }
    for (const peer of chosen) {
      this.#free.splice(this.#free.indexOf(peer), 1)
    }

    const peers = agent === undefined ? chosen : chosen.map(peer => ({ ...peer, agent }))
    const group: Group = { peers, ...defined({ tables }) }
    this.#know(group)
    this.#groups.set(name, { ...group, server: await PeerServer.open(peers, this.#current, signal) })
  }

  /** Has a group disappear: its addresses refuse connections, and nobody names it any more. */
  async leave (name: string): Promise<void> {
    const group = this.#groups.get(name)
    this.#groups.delete(name)
    this.#know()
    await group?.server[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    for (const name of [...this.#groups.keys()]) {
      await this.leave(name)
    }
  }

  #know (...newcomers: readonly Group[]): void {
    this.#answers = new PeerAnswers(tablesOf([...this.#groups.values(), ...newcomers]), 1)
  }
}

// Peers that stand in few tables stand at random places of those of the others.
function tablesOf (groups: readonly Group[]): Pick<KeySpace, 'tableOf'> {
  const known = groups.flatMap(({ peers, tables }) => tables === undefined ? peers : [])
  const added = new Map<VirtualPeer, VirtualPeer[]>()

  for (const { peers, tables = 0 } of groups) {
    for (const [i, peer] of peers.entries()) {
      for (let table = 0; table < tables; table++) {
        const owner = known[(i * tables + table) * STRIDE % known.length]!
        added.set(owner, [...added.get(owner) ?? [], peer])
      }
    }
  }

  const space = new KeySpace(known)

  return { tableOf: peer => [...space.tableOf(peer), ...added.get(peer) ?? []] }
}
