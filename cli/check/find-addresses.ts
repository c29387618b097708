// A peer's addresses from its id: an iterative lookup in the DHT (FIND_NODE), from the network's bootstrap peers towards the
// peers that are closest to the id.
import { hash } from 'node:crypto'
import { raceAbort } from '../../core/time/race-abort.ts'
import { decodeFindNode, encodeFindNode, MAX_REPLY_BYTES } from '../../crawler/dht/find-node.ts'
import { kadNames } from '../../crawler/dht/kad-names.ts'
import { dialableAddresses } from '../../crawler/dial/dialable.ts'
import { decodeIdentify } from '../../crawler/identify/identify-message.ts'
import { readIdentify } from '../../crawler/identify/read-identify.ts'
import { PeerDeadline } from '../../crawler/peer/peer-deadline.ts'
import { outcomeOfFault } from '../../crawler/peer/peer-fault.ts'
import { formatPeerId } from '../../crawler/peer/peer-id-text.ts'
import { FrameReader } from '../../crawler/wire/frames.ts'
import type { Session } from '../../crawler/dial/session.ts'
import type { PeerRecord } from '../../crawler/peer/peer-record.ts'
import type { CheckTools } from './check-tools.ts'

/** Peers asked at the same time. */
const PARALLEL = 8

/** Peers asked in all; a lookup in a network of 50,000 asks about 20. */
const MAX_ASKED = 64

/** Addresses of one peer that are dialled to ask it. */
const MAX_DIALLED = 3

/** Addresses kept of the wanted peer. */
const MAX_FOUND = 32

/** Peers that must have listed the wanted one, so that one stale entry does not decide. */
const ENOUGH = 3

/** What a lookup found. */
export interface FoundAddresses {
  /** Binary multiaddrs. */
  addresses: readonly Uint8Array[]

  /** Peers that answered. */
  answered: number

  /** Peers that listed the wanted one. */
  mentions: number
}

interface Candidate { peer: PeerRecord, distance: bigint, isAsked: boolean }

/** Looks up the addresses of a peer. Never rejects because of a peer. */
export async function findAddresses (id: Uint8Array, seeds: readonly PeerRecord[], tools: CheckTools, signal: AbortSignal): Promise<FoundAddresses> {
  return await new Lookup(id, tools).run(seeds, signal)
}

class Lookup {
  readonly #id: Uint8Array
  readonly #tools: CheckTools
  readonly #key: bigint
  readonly #candidates = new Map<string, Candidate>()
  readonly #found = new Map<string, Uint8Array>()
  #asked = 0
  #answered = 0
  #mentions = 0

  constructor (id: Uint8Array, tools: CheckTools) {
    this.#id = id
    this.#tools = tools
    this.#key = keyOf(id)
  }

  async run (seeds: readonly PeerRecord[], signal: AbortSignal): Promise<FoundAddresses> {
    this.#take(seeds)

    for (let next = this.#closest(); next.length > 0 && this.#mentions < ENOUGH && this.#asked < MAX_ASKED; next = this.#closest()) {
      this.#asked += next.length
      const answers = await Promise.all(next.map(async ({ peer }) => await this.#ask(peer, signal)))
      answers.forEach((peers) => {
        this.#take(peers)
      })
    }

    return { addresses: [...this.#found.values()], answered: this.#answered, mentions: this.#mentions }
  }

  #closest (): Candidate[] {
    const open = [...this.#candidates.values()].filter(({ isAsked }) => !isAsked)
    const next = open.sort((a, b) => a.distance < b.distance ? -1 : 1).slice(0, PARALLEL)
    next.forEach((candidate) => {
      candidate.isAsked = true
    })

    return next
  }

  #take (peers: readonly PeerRecord[]): void {
    let isMentioned = false

    for (const peer of peers) {
      const name = formatPeerId(peer.id)

      if (Buffer.compare(peer.id, this.#id) === 0) {
        isMentioned ||= peer.addresses.length > 0
        peer.addresses.slice(0, MAX_FOUND).forEach((address) => {
          if (this.#found.size < MAX_FOUND) {
            this.#found.set(Buffer.from(address).toString('hex'), address)
          }
        })
      } else if (!this.#candidates.has(name)) {
        this.#candidates.set(name, { peer, distance: keyOf(peer.id) ^ this.#key, isAsked: false })
      }
    }

    this.#mentions += isMentioned ? 1 : 0
  }

  async #ask ({ id, addresses }: PeerRecord, signal: AbortSignal): Promise<readonly PeerRecord[]> {
    const { policy, dns, diallerFor } = this.#tools
    const supports = (address: Parameters<typeof diallerFor>[0]): boolean => diallerFor(address) !== undefined || address.family === 'dnsaddr'
    const dialable = await dialableAddresses({ id, addresses }, { policy, dns, supports }, signal)

    for (const address of dialable.addresses.slice(0, MAX_DIALLED)) {
      const answer = await this.#withinLimit(async (life) => {
        const dialling = diallerFor(address)?.dial(address, id, life) ?? Promise.reject(new TypeError('an address without a client'))
        using session = await raceAbort(dialling, life, (late) => {
          late[Symbol.dispose]()
        })

        return await this.#query(session, id, life)
      }, signal)

      if (answer !== undefined) {
        this.#answered++
        return answer
      }
    }

    return []
  }

  async #withinLimit<T> (work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const { clock, dialTimeoutMs, requestTimeoutMs } = this.#tools
    using deadline = new PeerDeadline(clock, dialTimeoutMs + requestTimeoutMs, signal)

    try {
      return await work(deadline.signal)
    } catch (err) {
      signal.throwIfAborted()
      if (outcomeOfFault(err) === undefined && !deadline.signal.aborted) {
        throw err
      }

      return undefined
    }
  }

  async #query (session: Session, id: Uint8Array, signal: AbortSignal): Promise<readonly PeerRecord[] | undefined> {
    const known = this.#tools.protocols.candidates()
    const protocols = known.length > 0 ? known : kadNames((await this.#listed(session, id, signal)))
    using stream = await raceAbort(session.openQueries(protocols, encodeFindNode(this.#id), signal), signal, (late) => {
      late?.[Symbol.dispose]()
    })
    const frames = new FrameReader(MAX_REPLY_BYTES)

    for (let chunk = await stream?.read(signal); chunk !== undefined; chunk = await stream?.read(signal)) {
      frames.push(chunk)
      const reply = frames.next()

      if (reply !== undefined) {
        return decodeFindNode(reply)?.list().map(peer => ({ id: Uint8Array.from(peer.id), addresses: peer.addresses.map(address => Uint8Array.from(address)) }))
      }
      if (frames.malformed) {
        return undefined
      }
    }

    return undefined
  }

  async #listed (session: Session, id: Uint8Array, signal: AbortSignal): Promise<readonly string[]> {
    using stream = await session.openIdentify(signal)

    return decodeIdentify(await readIdentify(stream, this.#tools.clock, signal), id, session.remoteKey)?.protocols ?? []
  }
}

// A peer's place in the key space of Kademlia.
function keyOf (id: Uint8Array): bigint {
  return BigInt(`0x${hash('sha256', id, 'hex')}`)
}
