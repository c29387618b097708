// The peers of the virtual network. Everything follows from a peer's number, so that the serving
// processes and the crawling process agree without communication, and every run is the same.
import { hash } from 'node:crypto'
import { defined } from '../../../core/defined.ts'
import { HostKey } from '../../../crawler/peer/host-key.ts'
import type { PeerKey, SharedKeys } from './shared-keys.ts'

/** How a peer behaves: `alive` and `slow` answer, the others never do. */
export type Role = 'alive' | 'slow' | 'black-hole' | 'silent' | 'refused'

/** A peer of the virtual network. */
export interface VirtualPeer {
  number: number
  key: PeerKey

  /** The first 32 bits of its position in the key space. */
  place: number

  role: Role

  /** Number of random tables that it stands in. @default those that a peer's id gives */
  tables?: number

  /** The agent version that it announces. @default one of Kubo's or rust-libp2p's, by its number */
  agent?: string
}

/** Settings of the virtual network. */
export interface PopulationOptions {
  peers: number

  /** Share of peers that do not answer, from 0 to 1. */
  dead: number

  /** Further peers, all alive, that stand only in so many random tables: a twentieth of `peers` for each number. @default none */
  weak?: readonly number[]
}

/**
 * Dead peers as in real networks: half drop packets, a quarter accept connections and send nothing,
 * and a quarter refuse. If there are dead peers, one of fifty of all peers is slow.
 */
const DEAD_ROLES: readonly Role[] = ['black-hole', 'silent', 'black-hole', 'refused']
const SLOW_SHARE = 0.02

const WEAK_SHARE = 0.05

/**
 * All peers, by number. Peer 0 is alive, so that a crawl can start there.
 *
 * @param keys those of the same population, so that they are not derived again
 */
export function createPopulation (options: PopulationOptions, keys?: SharedKeys): VirtualPeer[] {
  return rolesOf(options).map(({ number, role, tables }) => {
    const seed = (): Buffer => seedOf(number)
    const key = keys?.keyOf(number, seed) ?? HostKey.fromSeed(seed())

    return { number, key, place: placeOf(key.id), role, ...defined({ tables }) }
  })
}

/** The same peers without what takes long to derive. */
export function rolesOf ({ peers, dead, weak = [] }: PopulationOptions): Pick<VirtualPeer, 'number' | 'role' | 'tables'>[] {
  const weakEach = Math.round(peers * WEAK_SHARE)
  const known = Array.from({ length: peers }, (_, number) => ({ number, role: number === 0 ? 'alive' : roleOf(seedOf(number), dead) }))
  const others = weak.flatMap((tables, i) => Array.from({ length: weakEach }, (_, n) => ({ number: peers + i * weakEach + n, role: 'alive' as const, tables })))

  return [...known, ...others]
}

function seedOf (number: number): Buffer {
  return hash('sha256', `virtual peer ${String(number)}`, 'buffer')
}

/** Whether a crawl can reach the peer. */
export function isContactable ({ role }: Pick<VirtualPeer, 'role'>): boolean {
  return role === 'alive' || role === 'slow'
}

/** The first 32 bits of SHA-256 over a peer id or the key of a request. */
export function placeOf (key: Uint8Array): number {
  return hash('sha256', key, 'buffer').readUInt32BE(0)
}

// The seed is as good as random: its first bytes decide whether a peer is dead, the next bytes how.
function roleOf (seed: Buffer, dead: number): Role {
  const lot = seed.readUInt32BE(0) / 2 ** 32

  if (lot < dead) {
    return DEAD_ROLES[seed.readUInt8(4) % DEAD_ROLES.length] ?? 'refused'
  }

  return dead > 0 && lot >= 1 - SLOW_SHARE ? 'slow' : 'alive'
}
