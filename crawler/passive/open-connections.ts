import { IDENTIFY_PROTOCOL } from '../identify/identify-message.ts'
import { peerFault } from '../peer/peer-fault.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Connection, IdentifyResult } from '@libp2p/interface'

const IDENTIFIED = peerFault('aborted', 'identify is complete, or its time is over')

/** Time limit of identify on a connection, in milliseconds. */
export const IDENTIFY_LIMIT_MS = 10_000

/** State of a connection that is open or was just closed. */
export interface OpenConnection {
  /** Wall clock, epoch milliseconds. */
  openedAtMs: number

  /** When it was opened, by the monotonic clock. */
  sinceMs: number

  /** Resolves when the remote has identified itself; with undefined if the connection closes or the time is over first. */
  identified: Promise<IdentifyResult | undefined>

  /** Whether the connection has been reported. */
  isDone: boolean
}

interface Entry extends OpenConnection {
  resolve: (result: IdentifyResult | undefined) => void
  limit: Disposable
}

/** The passive node's connections, with their pending identify results. */
export class OpenConnections implements Disposable {
  readonly #clock: Clock
  readonly #entries = new Map<Connection, Entry>()

  // By peer id: each visit of a crawl makes a lookup.
  readonly #byPeer = new Map<string, Set<Connection>>()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  get size (): number {
    return this.#entries.size
  }

  /** State of a connection; undefined if it is not open. */
  get (connection: Connection): OpenConnection | undefined {
    return this.#entries.get(connection)
  }

  /** The open connection to a peer, by its multihash; undefined if there is none. */
  to (id: Uint8Array): Connection | undefined {
    return [...this.#byPeer.get(hex(id)) ?? []].find(({ status }) => status === 'open')
  }

  /** Multihashes of the connected peers, without duplicates. */
  peers (): Uint8Array[] {
    return [...this.#byPeer.keys()].map(key => Buffer.from(key, 'hex'))
  }

  /** Reported inbound connections that are older than `ms`. */
  doneSince (ms: number): Connection[] {
    const now = this.#clock.monotonic()

    return [...this.#entries].filter(([{ direction }, { isDone, sinceMs }]) => direction === 'inbound' && isDone && now - sinceMs > ms).map(([connection]) => connection)
  }

  opened (connection: Connection): void {
    const { promise, resolve } = Promise.withResolvers<IdentifyResult | undefined>()
    const limit = this.#clock.after(IDENTIFY_LIMIT_MS, () => {
      resolve(undefined)
    })
    void promise.then(() => {
      limit[Symbol.dispose]()
      leaveIdentify(connection)
    })
    this.#entries.set(connection, { openedAtMs: this.#clock.now(), sinceMs: this.#clock.monotonic(), identified: promise, isDone: false, resolve, limit })
    const key = hex(connection.remotePeer.toMultihash().bytes)
    this.#byPeer.set(key, (this.#byPeer.get(key) ?? new Set()).add(connection))
  }

  identified (result: IdentifyResult): void {
    this.#entries.get(result.connection)?.resolve(result)
  }

  closed (connection: Connection): void {
    const key = hex(connection.remotePeer.toMultihash().bytes)
    const theirs = this.#byPeer.get(key)
    this.#entries.get(connection)?.resolve(undefined)
    this.#entries.delete(connection)

    if (theirs?.delete(connection) === true && theirs.size === 0) {
      this.#byPeer.delete(key)
    }
  }

  /** Ends all waits. */
  [Symbol.dispose] (): void {
    for (const { resolve, limit } of this.#entries.values()) {
      resolve(undefined)
      limit[Symbol.dispose]()
    }
    this.#entries.clear()
    this.#byPeer.clear()
  }
}

/** libp2p ends only its own side of the identify stream. If the remote never ends the other side, the stream would stay open as long as the connection. */
function leaveIdentify ({ streams }: Connection): void {
  streams
    .filter(({ direction, protocol, writeStatus }) => direction === 'outbound' && protocol === IDENTIFY_PROTOCOL && writeStatus === 'closed')
    .forEach((stream) => {
      stream.abort(IDENTIFIED)
    })
}

function hex (id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}
