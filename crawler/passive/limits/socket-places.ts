// The WebSocket transport tells of a connection when its upgrade is over, and nothing ends a socket before: whoever says
// nothing, or half a request, or asks for a page and stays, would hold a socket that no limit counts.
import { webSockets } from '@libp2p/websockets'
import { parseIp } from '../../address/ip-text.ts'
import { remoteOf } from './address-keys.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { PassivePlaces } from './passive-places.ts'
import type { Listener, MultiaddrConnection, Transport } from '@libp2p/interface'
import type { Server, Socket } from 'node:net'

/** How long a socket has from its first byte on until a peer has proved itself over it, in milliseconds. */
export const UPGRADE_LIMIT_MS = 10_000

/** A socket of a server, as far as it is used. */
export type PlacedSocket = Pick<Socket, 'remoteAddress' | 'remotePort' | 'destroy' | 'once'>

interface Waiting { socket: PlacedSocket, limit: Disposable }

/** The sockets that WebSockets come by: each takes a place as it is accepted, and has it until it is closed. */
export class SocketPlaces {
  readonly #clock: Clock
  readonly #places: PassivePlaces
  readonly #sockets = new Map<string, Waiting>()

  constructor (clock: Clock, places: PassivePlaces) {
    this.#clock = clock
    this.#places = places
  }

  /** Sockets that are open. */
  get size (): number {
    return this.#sockets.size
  }

  /** A socket was accepted; it is closed at once where there is no place for it, and later where nobody proves himself over it. */
  enter (socket: PlacedSocket): void {
    const { remoteAddress = '', remotePort = 0 } = socket
    const ip = parseIp(remoteAddress)
    const end = (): void => {
      socket.destroy()
    }

    if (ip === undefined || !this.#places.enter({ abort: end, addEventListener: (event, listener) => socket.once(event, listener) }, ip)) {
      end()
      return
    }

    const key = keyOf(ip, remotePort)
    const limit = this.#clock.after(UPGRADE_LIMIT_MS, end)
    this.#sockets.set(key, { socket, limit })
    socket.once('close', () => {
      limit[Symbol.dispose]()
      this.#sockets.delete(key)
    })
  }

  /** Whether a WebSocket came by a socket that has a place. */
  has (connection: Pick<MultiaddrConnection, 'remoteAddr'>): boolean {
    return this.#of(connection) !== undefined
  }

  /** A peer proved itself: the socket stays as long as the connection. The library leaves it open when it aborts a connection. */
  upgraded (connection: Pick<MultiaddrConnection, 'remoteAddr' | 'addEventListener'>): void {
    const waiting = this.#of(connection)

    if (waiting !== undefined) {
      waiting.limit[Symbol.dispose]()
      connection.addEventListener('close', () => {
        waiting.socket.destroy()
      })
    }
  }

  #of ({ remoteAddr }: Pick<MultiaddrConnection, 'remoteAddr'>): Waiting | undefined {
    const remote = remoteOf(remoteAddr)

    return remote === undefined ? undefined : this.#sockets.get(keyOf(remote.ip, remote.port))
  }
}

/** The WebSocket transport, whose listeners give each socket a place. @throws TypeError where the library is another one */
export function placedWebSockets (sockets: SocketPlaces): (components: Parameters<ReturnType<typeof webSockets>>[0]) => Transport {
  return (components) => {
    const transport = webSockets()(components)
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) => {
      const listener = createListener(options)
      serverOf(listener).prependListener('connection', (socket) => {
        sockets.enter(socket)
      })

      return listener
    }

    return transport
  }
}

function serverOf (listener: Listener): Server {
  const { server } = listener as { server?: Server }

  if (server === undefined) {
    throw new TypeError('the WebSocket listener has no server of the kind that is known')
  }

  return server
}

function keyOf (ip: Uint8Array, port: number): string {
  return `${Buffer.from(ip).toString('hex')} ${String(port)}`
}
