// The WebSocket transport reports a connection only after the HTTP upgrade, and does not close sockets before it. A
// remote that sends nothing, half a request, or a plain HTTP request would keep a socket open that no limit counts.
import { webSockets } from '@libp2p/websockets'
import { parseIp } from '../../address/ip-text.ts'
import { remoteOf } from './address-keys.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { ConnectionSlots } from './connection-slots.ts'
import type { Listener, MultiaddrConnection, Transport } from '@libp2p/interface'
import type { Server, Socket } from 'node:net'

/** Time limit from accepting a socket until the peer has proved its identity, in milliseconds. */
export const UPGRADE_LIMIT_MS = 10_000

/** The parts of a server's socket that are used. */
export type SlottedSocket = Pick<Socket, 'remoteAddress' | 'remotePort' | 'destroy' | 'once'>

interface Waiting { socket: SlottedSocket, limit: Disposable }

/** The sockets of the WebSocket listener. Each takes a slot when it is accepted, until it is closed. */
export class SocketSlots {
  readonly #clock: Clock
  readonly #slots: ConnectionSlots
  readonly #sockets = new Map<string, Waiting>()

  constructor (clock: Clock, slots: ConnectionSlots) {
    this.#clock = clock
    this.#slots = slots
  }

  /** Number of open sockets. */
  get size (): number {
    return this.#sockets.size
  }

  /** A socket was accepted. It is closed at once if there is no slot for it, and after the time limit if no peer proves its identity on it. */
  enter (socket: SlottedSocket): void {
    const { remoteAddress = '', remotePort = 0 } = socket
    const ip = parseIp(remoteAddress)
    const end = (): void => {
      socket.destroy()
    }

    if (ip === undefined || !this.#slots.enter({ abort: end, addEventListener: (event, listener) => socket.once(event, listener) }, ip)) {
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

  /** Whether a WebSocket's socket has a slot. */
  has (connection: Pick<MultiaddrConnection, 'remoteAddr'>): boolean {
    return this.#of(connection) !== undefined
  }

  /**
   * The peer proved its identity: the socket may stay open as long as the connection. It is destroyed with the
   * connection, since the library leaves it open after an abort.
   */
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

/** The WebSocket transport, with a slot for each accepted socket. @throws TypeError if the library has changed */
export function webSocketsWithSlots (sockets: SocketSlots): (components: Parameters<ReturnType<typeof webSockets>>[0]) => Transport {
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
    throw new TypeError('the WebSocket library has changed: its listener has no server')
  }

  return server
}

function keyOf (ip: Uint8Array, port: number): string {
  return `${Buffer.from(ip).toString('hex')} ${String(port)}`
}
