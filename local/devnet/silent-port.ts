import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

// More connections would be a bug of the client; they are closed at once.
const MAX_CONNECTIONS = 256

/** A port of 127.0.0.1 that accepts connections and never sends anything. */
export class SilentPort implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor () {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined) // clients may disconnect in any way
      socket.on('close', () => this.#sockets.delete(socket))
      socket.resume()
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Starts to listen on a free port. */
  static async open (signal: AbortSignal): Promise<SilentPort> {
    const silent = new SilentPort()
    silent.#server.listen(0, '127.0.0.1')
    await once(silent.#server, 'listening', { signal })

    return silent
  }

  get port (): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#server.close()

    for (const socket of this.#sockets) {
      socket.destroy()
    }

    await once(this.#server, 'close')
  }
}
