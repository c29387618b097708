import type { Clock } from '../time/clock.ts'

/** What is used of a socket. */
export interface AdminSocket {
  readonly remoteAddress?: string | undefined
  destroy: () => unknown
  once: (event: 'close', listener: () => void) => unknown
}

interface Place { socket: AdminSocket, address: string, sinceMs: number, limit: Disposable }

/** Connections of one address; the oldest of them makes room for one more. */
export const PLACES_PER_ADDRESS = 64

/** Connections in all. More than the kernel's queue (511) delivers at a time, so that a burst never ends one whose request is about to be read. */
export const PLACES = 640

/** A connection of less age stays while there are places: its request is about to be read. In milliseconds. */
export const YOUNG_MS = 500

/** A connection ends after this long, whatever it does: it serves one request. In milliseconds. */
export const CONNECTION_LIMIT_MS = 10_000

/**
 * The places of the admin server. A newcomer always has one, since it may be a probe: where there are too many, the oldest
 * connection of the most crowded address ends. A probe is answered within milliseconds, so that it is never the oldest
 * where somebody holds connections open; and whoever does so from another address pays with his own.
 */
export class AdminPlaces {
  readonly #clock: Clock

  // By address, each in the order in which they came.
  readonly #byAddress = new Map<string, Set<Place>>()
  #size = 0

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Connections that are open. */
  get size (): number {
    return this.#size
  }

  /** Gives a place to a connection that was made. */
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
