// A crawl of ten thousand peers receives two million mentions, mostly of peers that it is done with, and keeps those
// of a thousand visits in memory at a time. A reply is therefore kept as received, with the offsets of each peer in
// it. Objects are created when the visit is over, and addresses only where they are new.
import { ProtobufReader } from '../wire/protobuf.ts'
import { hashId } from './id-hash.ts'
import { endWithoutPeerId } from './peer-id.ts'
import type { AddressSet, PeerRecord } from './peer-record.ts'

/** Offsets per peer: start and end of its entry, start and end of its id. */
export const OFFSETS_PER_PEER = 4

/** Addresses taken for one peer. */
const MAX_ADDRESSES = 128

const MAX_ADDRESS_BYTES = 1_024

/** The peers in one FIND_NODE reply. */
export class ReplyPeers {
  readonly #message: Uint8Array
  readonly #offsets: readonly number[]

  /** @param offsets {@link OFFSETS_PER_PEER} offsets into `message` for each peer */
  constructor (message: Uint8Array, offsets: readonly number[]) {
    this.#message = message
    this.#offsets = offsets
  }

  /** Number of peers. */
  get length (): number {
    return this.#offsets.length / OFFSETS_PER_PEER
  }

  /** All peers. */
  list (): ReplyPeer[] {
    return Array.from({ length: this.length }, (_, i) => new ReplyPeer(this.#message, this.#offsets, i * OFFSETS_PER_PEER))
  }
}

/** A peer in a reply. Its id and addresses are views into the reply: copy what you keep. */
export class ReplyPeer implements PeerRecord {
  readonly #message: Uint8Array
  readonly #start: number
  readonly #end: number
  readonly #idStart: number
  readonly #idEnd: number

  constructor (message: Uint8Array, offsets: readonly number[], at: number) {
    this.#message = message
    this.#start = offsets[at] ?? 0
    this.#end = offsets[at + 1] ?? 0
    this.#idStart = offsets[at + 2] ?? 0
    this.#idEnd = offsets[at + 3] ?? 0
  }

  get id (): Uint8Array {
    return this.#message.subarray(this.#idStart, this.#idEnd)
  }

  get addresses (): readonly Uint8Array[] {
    const addresses: Uint8Array[] = []
    this.areAddressesIn({
      has: (bytes, start, end) => addresses.push(bytes.subarray(start, end)) > 0
    })

    return addresses
  }

  /** Hash of its id. */
  get hash (): number {
    return hashId(this.#message, this.#idStart, this.#idEnd)
  }

  /** Whether the other peer has the same id. The second byte of an id is its length, so no id is a prefix of another. */
  hasIdOf (other: ReplyPeer): boolean {
    return this.#isSame(this.#idStart, this.#idEnd, other, other.#idStart)
  }

  /** Whether both mentions are byte for byte the same. */
  isSameMention (other: ReplyPeer): boolean {
    return this.#end - this.#start === other.#end - other.#start && this.#isSame(this.#start, this.#end, other, other.#start)
  }

  areAddressesIn (set: AddressSet): boolean {
    const message = this.#message
    const reader = new ProtobufReader(message, this.#start, this.#end)

    for (let field = reader.next(), count = 0; field !== 0 && count < MAX_ADDRESSES; field = reader.next()) {
      const { start, position } = reader

      if (field === 2 && reader.isBytes && position - start <= MAX_ADDRESS_BYTES) {
        const end = endWithoutPeerId(message, position, this.#idStart, this.#idEnd)
        count++

        if (end !== start && !set.has(message, start, end < start ? position : end)) {
          return false
        }
      }
    }

    return true
  }

  #isSame (start: number, end: number, other: ReplyPeer, at: number): boolean {
    const message = other.#message

    for (let i = start, j = at; i < end; i++, j++) {
      if (this.#message[i] !== message[j]) {
        return false
      }
    }

    return true
  }
}
