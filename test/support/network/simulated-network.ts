import { createHash } from 'node:crypto'
import { randomOf } from './simulated-network-random.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'

const K = 20
const BITS = 32

/** What a simulated peer does when it is visited. */
type Role = 'server' | 'client' | 'dead' | 'slow' | 'hanging'

/** A peer of the simulation. */
export interface SimulatedPeer extends PeerRecord {
  index: number

  /** First 32 bits of its Kademlia id, which is the SHA-256 of its peer id. */
  kad: number

  role: Role

  /** When it leaves or joins, by the monotonic clock. */
  fromMs: number
  untilMs: number
}

/** Settings of a simulated network. */
export interface SimulatedNetworkOptions {
  peers: number
  seed?: number

  /** Shares of roles; the rest are servers. */
  shares?: Partial<Record<Exclude<Role, 'server'>, number>>

  /** More peers, servers that stand only in so many random tables of live peers. @default none */
  weak?: readonly WeakPeers[]
}

/** Peers that a network knows only weakly. */
interface WeakPeers { peers: number, tables: number }

/**
 * A Kademlia network in memory: each peer has full k-buckets of the others, stale entries of dead
 * ones included, and answers FIND_NODE with the 20 closest that it knows.
 */
export class SimulatedNetwork {
  readonly peers: SimulatedPeer[]
  readonly #byKey = new Map<string, SimulatedPeer>()
  readonly #sorted: SimulatedPeer[]
  readonly #tables: SimulatedPeer[][][] = []
  readonly #weakIn = new Map<number, SimulatedPeer[]>()
  readonly #seed: number

  constructor ({ peers, seed = 1, shares = {}, weak = [] }: SimulatedNetworkOptions) {
    const random = randomOf(seed)
    this.#seed = seed
    const create = (index: number, role: Role): SimulatedPeer => {
      const id = peerIdOf(`${String(seed)}/${String(index)}`)
      return { index, id, kad: kadOf(id), role, addresses: addressesOf(index), fromMs: 0, untilMs: Infinity }
    }
    this.peers = Array.from({ length: peers }, (_, index) => create(index, roleOf(random(), shares)))
    this.#sorted = [...this.peers].sort((a, b) => a.kad - b.kad)

    const alive = this.peers.filter(({ role }) => role !== 'dead').map(({ index }) => index)

    for (const { peers: count, tables } of weak) {
      for (let i = 0; i < count; i++) {
        const peer = create(this.peers.length, 'server')
        this.peers.push(peer)

        for (const i of distinct(alive.length, Math.min(tables, alive.length), random)) {
          this.#weakIn.set(alive[i]!, [...this.#weakIn.get(alive[i]!) ?? [], peer])
        }
      }
    }
    for (const peer of this.peers) {
      this.#byKey.set(keyOf(peer.id), peer)
    }
  }

  find (id: Uint8Array): SimulatedPeer | undefined {
    return this.#byKey.get(keyOf(id))
  }

  /** The first `count` live servers, to start a crawl from. */
  bootstrap (count = 3): PeerRecord[] {
    return this.peers.filter(({ role }) => role === 'server').slice(0, count)
  }

  /** Answers of a peer to FIND_NODE for its own id, and for a target in each of these buckets. */
  census (peer: SimulatedPeer, ...buckets: readonly number[]): PeerRecord[][] {
    const table = this.table(peer).flat()

    return [closest(table, peer.kad), ...buckets.map(bucket => closest(table, (peer.kad ^ (1 << (BITS - 1 - bucket))) >>> 0))]
  }

  /** A peer's routing table by bucket: bucket c holds peers whose ids share exactly c leading bits with its own. */
  table (peer: SimulatedPeer): SimulatedPeer[][] {
    return this.#tables[peer.index] ??= this.#makeTable(peer)
  }

  #makeTable ({ kad, index }: SimulatedPeer): SimulatedPeer[][] {
    const random = randomOf(this.#seed * 1_000_003 + index)
    const buckets: SimulatedPeer[][] = []

    for (let c = 0; c < BITS; c++) {
      const width = 2 ** (BITS - 1 - c)
      const low = Math.floor(((kad ^ (1 << (BITS - 1 - c))) >>> 0) / width) * width
      const from = this.#firstAtLeast(low)
      const members = this.#firstAtLeast(low + width) - from

      if (members > 0) {
        buckets.push(sample(members, random).map(i => this.#sorted[from + i]!))
      }
    }

    this.#weakIn.get(index)?.forEach((weak, i) => {
      const bucket = buckets[Math.min(Math.clz32(weak.kad ^ kad), buckets.length - 1)]!
      bucket[bucket.length < K ? bucket.length : i % K] = weak
    })

    return buckets
  }

  #firstAtLeast (kad: number): number {
    let low = 0
    let high = this.#sorted.length

    while (low < high) {
      const middle = (low + high) >>> 1

      if (this.#sorted[middle]!.kad < kad) {
        low = middle + 1
      } else {
        high = middle
      }
    }

    return low
  }
}

/** A peer id without a private key: the multihash of an Ed25519 key made from a text. */
export function peerIdOf (text: string): Uint8Array {
  return Uint8Array.from([0x00, 0x24, 0x08, 0x01, 0x12, 0x20, ...createHash('sha256').update(text).digest()])
}

/** Binary /ip4/…/tcp/4001. */
export function addressOf (n: number): Uint8Array {
  return Uint8Array.from([4, 1 + (n >>> 24 & 0x7f), n >>> 16 & 0xff, n >>> 8 & 0xff, n & 0xff, 6, 0x0f, 0xa1])
}

/** Whether an address can be dialled in the simulation: IPv4 can, IPv6 cannot. */
export function isDialable (address: Uint8Array): boolean {
  return address[0] === 4
}

function addressesOf (index: number): Uint8Array[] {
  const ip6 = new Uint8Array(20)
  ip6.set([41, 0xfd])
  ip6.set(addressOf(index).subarray(1, 5), 13)
  ip6.set([6, 0x0f, 0xa1], 17)

  return [addressOf(index), ip6]
}

function keyOf (id: Uint8Array): string {
  return Buffer.from(id).toString('latin1')
}

function kadOf (id: Uint8Array): number {
  return createHash('sha256').update(id).digest().readUInt32BE()
}

function roleOf (dice: number, shares: NonNullable<SimulatedNetworkOptions['shares']>): Role {
  let rest = dice

  for (const [role, share] of Object.entries(shares)) {
    rest -= share

    if (rest < 0) {
      return role as Role
    }
  }

  return 'server'
}

// K distinct numbers below n, or all of them.
function sample (n: number, random: () => number): number[] {
  if (n <= K) {
    return Array.from({ length: n }, (_, i) => i)
  }

  return distinct(n, K, random)
}

/** So many distinct numbers below n. */
function distinct (n: number, count: number, random: () => number): number[] {
  const chosen = new Set<number>()

  while (chosen.size < count) {
    chosen.add(Math.floor(random() * n))
  }

  return [...chosen]
}

// The distance and the index as one number, since numbers sort ten times faster than peers.
function closest (table: SimulatedPeer[], target: number): SimulatedPeer[] {
  const keys = Float64Array.from(table, ({ kad }, i) => ((kad ^ target) >>> 0) * 1_024 + i).sort()

  return Array.from(keys.subarray(0, K), key => table[key % 1_024]!)
}
