import { AddressList } from './address-list.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Source } from '../../../core/contracts/visit.ts'
import type { KnownPeer } from './known-peer.ts'

/** A peer of the crawl, as kept by the frontier. */
export interface FrontierEntry {
  id: Uint8Array

  /** Where it was found first. */
  source: Source

  addresses: AddressList

  /** `closed`: contacted, or failed twice; not visited again in this crawl. */
  state: 'queued' | 'in-flight' | 'failed' | 'closed'

  /** Started visits. */
  attempt: 0 | 1 | 2

  /** Visits that were repeated because this process stood still meanwhile. */
  repeats: number

  /** Outcome of its last completed visit. */
  outcome?: Outcome

  /** The address that answered. */
  answeredAt?: Uint8Array

  /** When it was contacted, in epoch milliseconds; absent if a crawl never dialled it with success. */
  contactedAtMs?: number

  /** Data of the last crawl. */
  known?: KnownPeer

  /** Whether it is, or was, in the queue of fresh peers. */
  fresh: boolean

  /** Whether any of its addresses can be dialled. */
  dialable: boolean

  /** Whether it got a new dialable address since its visit began, or, if it failed in the last crawl, since then. */
  newAddress: boolean

  /** The peer whose routing table contained it first. */
  referrer?: FrontierEntry

  inSeveralTables: boolean

  /** Whether any peer mentioned it in this crawl. */
  announced: boolean

  /** Whether any peer lists it among its closest ones. */
  isClosest: boolean

  /** Answers about buckets that mentioned it, apart from answers with closest peers. */
  mentions: number

  /** New peers in its routing table. */
  introduced: number
}

/** A peer of the crawl. Only the frontier modifies it. */
export type FrontierPeer = Readonly<FrontierEntry>

/** How a peer is found. */
export interface Introduction extends Pick<FrontierEntry, 'source' | 'referrer' | 'known'> {
  /** Whether the peer that mentioned it lists it among its closest ones; undefined for a peer that the crawl starts from. */
  isClosest?: boolean
}

/** Creates the entry of a new peer. Copies the id, which may be a view into a whole reply. */
export function newEntry (id: Uint8Array, { isClosest, ...by }: Introduction): FrontierEntry {
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
    inSeveralTables: false,
    announced: by.referrer !== undefined,
    isClosest: isClosest ?? false,
    mentions: isClosest === false ? 1 : 0,
    introduced: 0
  }
}

/** Counts a mention. Called for each of the two million mentions of a crawl. */
export function countMention (entry: FrontierEntry, isClosest: boolean): void {
  if (isClosest) {
    entry.isClosest = true
  } else {
    entry.mentions++
  }
}

/**
 * Whether a peer is visited before the likely dead ones. Likely dead are peers that failed, in this crawl or the
 * last, without a new address since; peers without a dialable address; and peers in a single routing table (live
 * peers are in many tables; entries in one table only are mostly stale).
 */
export function isFresh ({ dialable, attempt, source, inSeveralTables, known, newAddress }: FrontierPeer): boolean {
  const failedLast = known !== undefined && known.failures > 0

  return dialable && attempt === 0 && (!failedLast || newAddress) && (source !== 'routing-table' || inSeveralTables)
}

/** The mentioned addresses that are kept when the memory for addresses is used up: a peer still gets its first one. */
export function firstOnly ({ addresses }: FrontierPeer, mentioned: readonly Uint8Array[]): readonly Uint8Array[] {
  return addresses.count === 0 ? mentioned.slice(0, 1) : []
}
