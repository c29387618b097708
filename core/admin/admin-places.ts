import type { Clock } from '../time/clock.ts'

/** The part of a socket that is used. */
export interface AdminSocket {
  readonly remoteAddress?: string | undefined
  destroy: () => unknown
  once: (event: 'close', listener: () => void) => unknown
}

interface Place { socket: AdminSocket, address: string, sinceMs: number, limit: Disposable }

/** Maximum number of connections of one address; a further one ends the oldest. */
export const PLACES_PER_ADDRESS = 64

/** Maximum number of connections: more than the kernel's queue (511) delivers at once, so that a burst never ends one before its request is read. */
export const PLACES = 640

/** A younger connection stays while there are places: its request is about to be read. In milliseconds. */
export const YOUNG_MS = 500

/** Time limit of a connection, which serves one request. In milliseconds. */
export const CONNECTION_LIMIT_MS = 10_000

/**
 * The connections of the admin server. A new connection is always accepted, since it may be a probe: where there are too many,
 * the oldest connection of the address with the most connections ends. A probe is answered within milliseconds, so it is never
 * the oldest while an attacker keeps connections open; an attacker with another address loses only their own connections.
 */
export class AdminPlaces {
  readonly #clock: Clock

  // By address, oldest first.
  readonly #byAddress = new Map<string, Set<Place>>()
  #size = 0

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Number of open connections. */
  get size (): number {
    return this.#size
  }

  /** Adds a new connection. */
  enter (socket: AdminSocket): void {
    const address = socket.remoteAddress

    if (address === undefined) {
      socket.destroy() // it has closed already
      return
    }

    const place: Place = { socket, address, sinceMs: this.#clock.monotonic(), limit: this.#clock.after(CONNECTION_LIMIT_MS, () => {
      this.#end(place)
    }) }
    const own = this.#byAddress.get(address) ?? new Set()
    this.#byAddress.set(address, own.add(place))
    this.#size += 1
    socket.once('close', () => {
      this.#leave(place)
    })

    const [oldest] = own

    if (oldest !== undefined && own.size > PLACES_PER_ADDRESS && this.#clock.monotonic() - oldest.sinceMs >= YOUNG_MS) {
      this.#end(oldest)
    }
    if (this.#size > PLACES) {
      this.#endOfMostCrowded()
    }
  }

  #endOfMostCrowded (): void {
    const crowded = [...this.#byAddress.values()].reduce((most, own) => own.size > most.size ? own : most)
    const [oldest] = crowded

    if (oldest !== undefined) {
      this.#end(oldest)
    }
  }

  #end (place: Place): void {
    this.#leave(place)
    place.socket.destroy()
  }

  #leave (place: Place): void {
    const own = this.#byAddress.get(place.address)

    if (own?.delete(place) === true) {
      place.limit[Symbol.dispose]()
      this.#size -= 1

      if (own.size === 0) {
        this.#byAddress.delete(place.address)
      }
    }
  }
}
