// Whom to visit next. Likely-dead peers go last, not never: dead peers decide how long a crawl takes,
// and live ones tell the addresses that may still bring the dead ones back.
import { isContacted } from '../../../core/contracts/outcome.ts'
import { defined } from '../../../core/defined.ts'
import { Fifo } from './fifo.ts'
import { isFresh, newEntry } from './frontier-peer.ts'
import { isPeerId, PeerIndex } from './peer-index.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Source } from '../../../core/contracts/visit.ts'
import type { RoutingTable } from '../../dht/routing-table.ts'
import type { PeerRecord } from '../../peer/peer-record.ts'
import type { FrontierEntry, FrontierPeer } from './frontier-peer.ts'
import type { KnownPeer } from './known-peer.ts'

/** Peers taken from one reply at most (a correct reply has 20, and the peer asked for). */
export const MAX_PEERS_PER_REPLY = 32

/** New peers taken from one referrer at most: ten times what a full routing table holds. */
export const MAX_NEW_PER_REFERRER = 2_000

const ADDRESS_BYTES_PER_PEER = 8_192
const ADDRESS_BYTES_IN_ALL = 256 * 1_024 * 1_024

/** Which addresses count, and which peer id is our own. */
export interface FrontierDeps {
  /** Whether the scan may and can dial an address; pure. */
  isDialable: (address: Uint8Array) => boolean

  /** Whether a peer id is our own: others name the passive node, but whoever watches is no part of what is watched. */
  isSelf?: (id: Uint8Array) => boolean
}

/** How much a frontier holds at most. */
export interface FrontierLimits {
  /** Peers, queued, in flight and done together. */
  maxPeers: number

  /** Memory for addresses, in bytes. @default 268435456 */
  addressBytes?: number
}

/** All peers of one crawl: queued, in flight and done, each by its id. */
export class Frontier {
  readonly #isDialable: FrontierDeps['isDialable']
  readonly #isSelf: FrontierDeps['isSelf']
  readonly #maxPeers: number
  readonly #maxAddressBytes: number
  readonly #peers = new PeerIndex<FrontierEntry>()
  readonly #fresh = new Fifo<FrontierEntry>()
  readonly #last = new Fifo<FrontierEntry>()
  #queued = 0
  #inFlight = 0
  #refused = 0
  #addressBytes = 0

  constructor ({ isDialable, isSelf }: FrontierDeps, { maxPeers, addressBytes = ADDRESS_BYTES_IN_ALL }: FrontierLimits) {
    this.#isDialable = isDialable
    this.#isSelf = isSelf
    this.#maxPeers = maxPeers
    this.#maxAddressBytes = addressBytes
  }

  /** Distinct peers named by anyone, those refused aside. */
  get found (): number {
    return this.#peers.size
  }

  get queued (): number {
    return this.#queued
  }

  get inFlight (): number {
    return this.#inFlight
  }

  /** Peers with nothing queued or in flight. */
  get done (): number {
    return this.#peers.size - this.#queued - this.#inFlight
  }

  /** Mentions refused: beyond the limits of a reply, a referrer or the crawl, or no peer id. */
  get refused (): number {
    return this.#refused
  }

  /** All peers, first found first. */
  peers (): IterableIterator<FrontierPeer> {
    return this.#peers.values()
  }

  /** Adds a peer that the crawl starts from, or further addresses of one. */
  seed (record: PeerRecord, source: Exclude<Source, 'routing-table'>, known?: KnownPeer): void {
    const isValid = isPeerId(record.id)
    const entry = isValid ? this.#peers.get(record.id) : undefined

    if (entry !== undefined) {
      this.#hear(entry, record)
    } else if (this.#peers.size >= this.#maxPeers || !isValid) {
      this.#refused++
    } else {
      this.#admit(record, { source, ...defined({ known }) })
    }
  }

  /** Takes in the peers that a visited peer named. */
  learn (referrer: FrontierPeer, { peers, queries }: Pick<RoutingTable, 'peers' | 'queries'>): void {
    const taken = Math.min(peers.length, MAX_PEERS_PER_REPLY * queries)
    this.#refused += peers.length - taken

    for (let i = 0; i < taken; i++) {
      const record = peers[i]

      if (record !== undefined) {
        this.#mention(record, referrer)
      }
    }
  }

  /** The next peer to visit, which is in flight from now on. */
  take (): FrontierPeer | undefined {
    const peer = nextOf(this.#fresh, true) ?? nextOf(this.#last, false)

    if (peer !== undefined) {
      peer.state = 'in-flight'
      peer.attempt = peer.attempt === 0 ? 1 : 2
      peer.newAddress = false
      this.#queued--
      this.#inFlight++
    }

    return peer
  }

  /** Ends a visit. A peer that failed for the first time, and got a new address meanwhile, is queued again. */
  complete (peer: FrontierPeer, outcome: Outcome, answeredAt?: Uint8Array): void {
    const entry: FrontierEntry = peer
    entry.outcome = outcome
    entry.state = isContacted(outcome) || entry.attempt === 2 ? 'closed' : 'failed'
    this.#inFlight--

    if (answeredAt !== undefined) {
      entry.answeredAt = new Uint8Array(answeredAt)
    }
    if (entry.state === 'failed' && entry.newAddress) {
      this.#queue(entry)
    }
  }

  /** Takes back a peer whose visit told nothing, by our own fault: it is visited again as if it had not been. */
  putBack (peer: FrontierPeer): void {
    const entry: FrontierEntry = peer
    entry.attempt = entry.attempt === 2 ? 1 : 0
    entry.repeats++
    this.#inFlight--
    this.#queue(entry)
  }

  /** Queues a peer again that was visited once, although nothing about its addresses is new: there is something else to ask. */
  askAgain (peer: FrontierPeer): void {
    if (peer.state === 'closed' && peer.attempt === 1) {
      this.#queue(peer)
    }
  }

  #mention (record: PeerRecord, referrer: FrontierEntry): void {
    const { id } = record
    const isValid = isPeerId(id)
    const entry = isValid ? this.#peers.get(id) : undefined

    if (entry !== undefined) {
      this.#hear(entry, record, referrer)
    } else if (this.#peers.size >= this.#maxPeers || referrer.introduced >= MAX_NEW_PER_REFERRER || !isValid) {
      this.#refused++
    } else {
      referrer.introduced++
      this.#admit(record, { source: 'routing-table', teller: referrer })
    }
  }

  #admit (record: PeerRecord, by: Pick<FrontierEntry, 'source' | 'teller' | 'known'>): void {
    if (this.#isSelf?.(record.id) === true) {
      return
    }

    const entry = newEntry(record.id, by)
    this.#peers.add(entry)
    this.#merge(entry, record)
    entry.newAddress = false
    this.#queue(entry)
  }

  // Called for each of the two million mentions in a crawl: a closed peer costs the look-up alone.
  #hear (entry: FrontierEntry, record: PeerRecord, teller?: FrontierEntry): void {
    if (entry.state === 'closed') {
      return
    }

    entry.toldBySeveral ||= teller !== undefined && entry.teller !== undefined && entry.teller !== teller
    this.#merge(entry, record)

    if (entry.state === 'failed' && entry.newAddress) {
      this.#queue(entry)
    } else if (entry.state === 'queued' && !entry.fresh && isFresh(entry)) {
      entry.fresh = true
      this.#fresh.push(entry)
    }
  }

  #merge (entry: FrontierEntry, record: PeerRecord): void {
    if (record.areAddressesIn?.(entry.addresses) === true) {
      return
    }

    const before = entry.addresses.count
    const told = this.#addressBytes < this.#maxAddressBytes ? record.addresses : firstOnly(entry, record.addresses)
    const grown = entry.addresses.merge(told, ADDRESS_BYTES_PER_PEER - entry.addresses.byteLength)

    if (grown > 0) {
      this.#addressBytes += grown
      entry.newAddress ||= entry.addresses.list(before).some(address => this.#isDialable(address))
      entry.dialable ||= entry.newAddress
    }
  }

  #queue (entry: FrontierEntry): void {
    entry.state = 'queued'
    entry.fresh = isFresh(entry)
    this.#queued++
    ;(entry.fresh ? this.#fresh : this.#last).push(entry)
  }
}

// A peer that became fresh while it waited stands in both queues: it counts where it belongs now.
function nextOf (queue: Fifo<FrontierEntry>, fresh: boolean): FrontierEntry | undefined {
  let entry = queue.shift()

  while (entry !== undefined && (entry.state !== 'queued' || entry.fresh !== fresh)) {
    entry = queue.shift()
  }

  return entry
}

// Once the memory for addresses is used up, a peer still gets its first one.
function firstOnly ({ addresses }: FrontierEntry, told: readonly Uint8Array[]): readonly Uint8Array[] {
  return addresses.count === 0 ? told.slice(0, 1) : []
}
