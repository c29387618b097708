import type { Clock } from '../../core/clock.ts'
import type { Connection, IdentifyResult } from '@libp2p/interface'

/** How long a connection has for identify, in milliseconds. */
export const IDENTIFY_LIMIT_MS = 10_000

/** A connection that is open, or just closed. */
export interface OpenConnection {
  /** Wall clock, epoch milliseconds. */
  openedAtMs: number

  /** The same by the monotonic clock. */
  sinceMs: number

  /** Resolves when the remote has identified itself, or with undefined when it closes or its time is over first. */
  identified: Promise<IdentifyResult | undefined>

  /** Whether everything that it can tell is reported. */
  isDone: boolean
}

interface Entry extends OpenConnection {
  resolve: (result: IdentifyResult | undefined) => void
  limit: Disposable
}

/** The connections of the passive node, and what is awaited of each. */
export class OpenConnections implements Disposable {
  readonly #clock: Clock
  readonly #entries = new Map<Connection, Entry>()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  get size (): number {
    return this.#entries.size
  }

  /** What is known of a connection; undefined where it is not open. */
  get (connection: Connection): OpenConnection | undefined {
    return this.#entries.get(connection)
  }

  /** The open connection to a peer, by its multihash; undefined where there is none. */
  to (id: Uint8Array): Connection | undefined {
    return [...this.#entries.keys()].find(({ remotePeer, status }) => status === 'open' && Buffer.compare(remotePeer.toMultihash().bytes, id) === 0)
  }

  /** Multihashes of the peers that are connected, each once. */
  peers (): Uint8Array[] {
    return [...new Map([...this.#entries.keys()].map(({ remotePeer }) => [remotePeer.toString(), remotePeer.toMultihash().bytes])).values()]
  }

  /** Inbound connections that have told what they can, for longer than `ms`. */
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
    })
    this.#entries.set(connection, { openedAtMs: this.#clock.now(), sinceMs: this.#clock.monotonic(), identified: promise, isDone: false, resolve, limit })
  }

  identified (result: IdentifyResult): void {
    this.#entries.get(result.connection)?.resolve(result)
  }

  closed (connection: Connection): void {
    this.#entries.get(connection)?.resolve(undefined)
    this.#entries.delete(connection)
  }

  /** Ends all waits. */
  [Symbol.dispose] (): void {
    for (const { resolve, limit } of this.#entries.values()) {
      resolve(undefined)
      limit[Symbol.dispose]()
    }
    this.#entries.clear()
  }
}
