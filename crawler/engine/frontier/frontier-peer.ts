import { AddressList } from './address-list.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Source } from '../../../core/contracts/visit.ts'
import type { KnownPeer } from './known-peer.ts'

/** A peer of the crawl as the frontier keeps it. */
export interface FrontierEntry {
  id: Uint8Array

  /** Who named it first. */
  source: Source

  addresses: AddressList

  /** `closed`: contacted, or failed twice; nothing more can happen to it in this crawl. */
  state: 'queued' | 'in-flight' | 'failed' | 'closed'

  /** Visits begun. */
  attempt: 0 | 1 | 2

  /** Visits begun that told nothing of it, since this process stood still meanwhile, and were repeated. */
  repeats: number

  /** Of its last visit that ended. */
  outcome?: Outcome

  /** The address that answered. */
  answeredAt?: Uint8Array

  /** What the last crawl knew of it. */
  known?: KnownPeer

  /** Which queue it waits in, or waited in. */
  fresh: boolean

  /** Whether any of its addresses can be dialled. */
  dialable: boolean

  /** Whether a dialable address turned up since its visit began, or since the last crawl for one that failed then. */
  newAddress: boolean

  /** The peer whose table named it first. */
  teller?: FrontierEntry

  toldBySeveral: boolean

  /** New peers that it named. */
  introduced: number
}

/** A peer of the crawl. Only the frontier changes it. */
export type FrontierPeer = Readonly<FrontierEntry>

/** A peer that nobody named before. Copies the id, which may be a view into a whole reply. */
export function newEntry (id: Uint8Array, by: Pick<FrontierEntry, 'source' | 'teller' | 'known'>): FrontierEntry {
  return {
    ...by,
    id: new Uint8Array(id),
    addresses: new AddressList(),
    state: 'queued',
    attempt: 0,
    repeats: 0,
    fresh: false,
    dialable: false,
    newAddress: false,
    toldBySeveral: false,
    introduced: 0
  }
}

/**
 * Whether a peer is visited before the likely-dead ones: those that failed already, in this crawl or
 * the last, without a new address since; have no address that can be dialled; or are named by a single
 * table (peers that are up stand in many; what only one knows is mostly stale).
 */
export function isFresh ({ dialable, attempt, source, toldBySeveral, known, newAddress }: FrontierPeer): boolean {
  const failedLast = known !== undefined && known.failures > 0

  return dialable && attempt === 0 && (!failedLast || newAddress) && (source !== 'routing-table' || toldBySeveral)
}
