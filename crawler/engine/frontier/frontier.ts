// Decides which peer to visit next. Likely dead peers are visited last, but not skipped: they take most of a crawl's
// time, and the answers of live peers may still contain new addresses for them.
import { isContacted } from '../../../core/contracts/outcome.ts'
import { defined } from '../../../core/defined.ts'
import { countMention, firstOnly, newEntry } from './frontier-peer.ts'
import { isPeerId, PeerIndex } from './peer-index.ts'
import { PeerQueues } from './peer-queues.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Source } from '../../../core/contracts/visit.ts'
import type { RoutingTable } from '../../dht/routing-table.ts'
import type { PeerRecord } from '../../peer/peer-record.ts'
import type { FrontierEntry, FrontierPeer, Introduction } from './frontier-peer.ts'
import type { KnownPeer } from './known-peer.ts'

/** Most peers taken from one reply (a correct reply has 20, and the queried peer). */
export const MAX_PEERS_PER_REPLY = 32

/** Most new peers taken from one referrer: ten times the size of a full routing table. */
export const MAX_NEW_PER_REFERRER = 2_000

const ADDRESS_BYTES_PER_PEER = 8_192
const ADDRESS_BYTES_IN_ALL = 256 * 1_024 * 1_024

/** How the frontier recognises dialable addresses and our own peer id. */
export interface FrontierDeps {
  /** Whether the scan may and can dial an address. Pure. */
  isDialable: (address: Uint8Array) => boolean

  /** Whether a peer id is our own passive node's: other peers list it, but it is not part of the measured network. */
  isSelf?: (id: Uint8Array) => boolean

  /** Data of a peer of an earlier crawl that this one did not start from. */
  recall?: (id: Uint8Array) => KnownPeer | undefined
}

/** Bounds of a frontier. */
export interface FrontierLimits {
  /** Most peers: queued, in flight and done. */
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
  readonly #recall: FrontierDeps['recall']
  readonly #queues = new PeerQueues()
  #inFlight = 0
  #refused = 0
  #addressBytes = 0

  constructor ({ isDialable, isSelf, recall }: FrontierDeps, { maxPeers, addressBytes = ADDRESS_BYTES_IN_ALL }: FrontierLimits) {
    this.#isDialable = isDialable
    this.#isSelf = isSelf
    this.#recall = recall
    this.#maxPeers = maxPeers
    this.#maxAddressBytes = addressBytes
  }

  /** Distinct peers found, without the refused ones. */
  get found (): number {
    return this.#peers.size
  }

  get queued (): number {
    return this.#queues.size
  }

  get inFlight (): number {
    return this.#inFlight
  }

  /** Peers that are neither queued nor in flight. */
  get done (): number {
    return this.#peers.size - this.#queues.size - this.#inFlight
  }

  /** Refused mentions: beyond the limits of a reply, a referrer or the crawl, or with an invalid peer id. */
  get refused (): number {
    return this.#refused
  }

  /** All peers, in the order in which they were found. */
  peers (): IterableIterator<FrontierPeer> {
    return this.#peers.values()
  }

  /** The peer with this id, if found. */
  find (id: Uint8Array): FrontierPeer | undefined { return isPeerId(id) ? this.#peers.get(id) : undefined }

  /** Adds a peer that the crawl starts from, or more addresses of such a peer. */
  seed (record: PeerRecord, source: Exclude<Source, 'routing-table'>, known?: KnownPeer): void {
    const isValid = isPeerId(record.id)
    const entry = isValid ? this.#peers.get(record.id) : undefined

    if (entry !== undefined) {
      Object.assign(entry, defined({ known: entry.known ?? known }))
      this.#mentionAgain(entry, record)
    } else if (this.#peers.size >= this.#maxPeers || !isValid) {
      this.#refused++
    } else {
      this.#admit(record, { source, ...defined({ known }) })
    }
  }

  /** Adds the peers in a visited peer's routing table. */
  learn (referrer: FrontierPeer, { peers, queries, closest = peers.length }: Pick<RoutingTable, 'peers' | 'queries' | 'closest'>): void {
    const taken = Math.min(peers.length, MAX_PEERS_PER_REPLY * queries)
    this.#refused += peers.length - taken

    for (let i = 0; i < taken; i++) {
      const record = peers[i]

      if (record !== undefined) {
        this.#mention(record, referrer, i < closest)
      }
    }
  }

  /** The next peer to visit; marks it as in flight. */
  take (): FrontierPeer | undefined {
    const peer = this.#queues.take()

    if (peer !== undefined) {
      peer.attempt = peer.attempt === 0 ? 1 : 2
      this.start(peer)
    }

    return peer
  }

  /** Marks a peer as in flight; `take` does that too. */
  start (peer: FrontierPeer): void {
    const entry: FrontierEntry = peer
    entry.state = 'in-flight'
    entry.newAddress = false
    this.#inFlight++
  }

  /** Records the end of a visit. A peer that failed for the first time and got a new address meanwhile is queued again. */
  complete (peer: FrontierPeer, outcome: Outcome, contact?: { address: Uint8Array, atMs?: number }): void {
    const entry: FrontierEntry = peer
    entry.outcome = outcome
    entry.state = isContacted(outcome) || entry.attempt === 2 ? 'closed' : 'failed'
    this.#inFlight--

    if (contact !== undefined) {
      entry.answeredAt = new Uint8Array(contact.address)
      Object.assign(entry, defined({ contactedAtMs: contact.atMs }))
    }
    if (entry.state === 'failed' && entry.newAddress) {
      this.#queues.add(entry)
    }
  }

  /**
   * Takes a peer back whose visit must be repeated because of a standstill: the visit does not count.
   *
   * @param isConfirmation whether the visit checked a failure; otherwise the peer is queued again
   */
  putBack (peer: FrontierPeer, isConfirmation = false): void {
    const entry: FrontierEntry = peer
    entry.repeats++
    this.#inFlight--

    if (isConfirmation) {
      entry.state = entry.attempt === 2 ? 'closed' : 'failed'
    } else {
      entry.attempt = entry.attempt === 2 ? 1 : 0
      this.#queues.add(entry)
    }
  }

  /** Queues a peer for a second visit without a new address, because there is another protocol to query. */
  askAgain (peer: FrontierPeer): void {
    if (peer.state === 'closed' && peer.attempt === 1) {
      this.#queues.add(peer)
    }
  }

  #mention (record: PeerRecord, referrer: FrontierEntry, isClosest: boolean): void {
    const { id } = record
    const isValid = isPeerId(id)
    const entry = isValid ? this.#peers.get(id) : undefined

    if (entry !== undefined) {
      countMention(entry, isClosest)
      this.#mentionAgain(entry, record, referrer)
    } else if (this.#peers.size >= this.#maxPeers || referrer.introduced >= MAX_NEW_PER_REFERRER || !isValid) {
      this.#refused++
    } else {
      referrer.introduced++
      this.#admit(record, { source: 'routing-table', referrer, isClosest })
    }
  }

  #admit (record: PeerRecord, by: Introduction): void {
    if (this.#isSelf?.(record.id) === true) {
      return
    }

    const known = this.#recall?.(record.id) ?? by.known
    const entry = newEntry(record.id, { ...by, ...defined({ known }) })
    this.#peers.add(entry)
    this.#merge(entry, record)
    entry.newAddress = false
    this.#queues.add(entry)
  }

  // Called for each of the two million mentions of a crawl: a closed peer costs only the lookup.
  #mentionAgain (entry: FrontierEntry, record: PeerRecord, referrer?: FrontierEntry): void {
    entry.announced ||= referrer !== undefined

    if (entry.state === 'closed') {
      return
    }

    entry.inSeveralTables ||= referrer !== undefined && entry.referrer !== undefined && entry.referrer !== referrer
    this.#merge(entry, record)

    if (entry.state === 'failed' && entry.newAddress) {
      this.#queues.add(entry)
    } else if (entry.state === 'queued') {
      this.#queues.review(entry)
    }
  }

  #merge (entry: FrontierEntry, record: PeerRecord): void {
    if (record.areAddressesIn?.(entry.addresses) === true) {
      return
    }

    const before = entry.addresses.count
    const mentioned = this.#addressBytes < this.#maxAddressBytes ? record.addresses : firstOnly(entry, record.addresses)
    const grown = entry.addresses.merge(mentioned, ADDRESS_BYTES_PER_PEER - entry.addresses.byteLength)

    if (grown > 0) {
      this.#addressBytes += grown
      entry.newAddress ||= entry.addresses.list(before).some(address => this.#isDialable(address))
      entry.dialable ||= entry.newAddress
    }
  }
}
