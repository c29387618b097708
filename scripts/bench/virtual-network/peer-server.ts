import { once } from 'node:events'
import { createServer } from 'node:net'
import { encodeNoisePayload } from '../../../crawler/client/noise/noise-payload.ts'
import { generateX25519 } from '../../../crawler/client/noise/x25519.ts'
import { YAMUX_PROTOCOL } from '../../../crawler/client/yamux/yamux.ts'
import { ipOf, PORT } from './kubo-addresses.ts'
import { PeerConnection } from './peer-connection.ts'
import type { AnswersOfPeers } from './peer-answers.ts'
import type { VirtualPeer } from './population.ts'
import type { Server, Socket } from 'node:net'

/** How long a slow peer waits before it reads, in milliseconds. */
const SLOW_MS = 1_000

/** Listens for some peers of a virtual network, each at its own loopback address. */
export class PeerServer implements AsyncDisposable {
  readonly #answers: AnswersOfPeers
  readonly #staticKey = generateX25519()
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()

  private constructor (answers: AnswersOfPeers) {
    this.#answers = answers
  }

  /** Listens for all peers that listen, and builds their answers in advance, so that the crawl does not wait for them. */
  static async open (peers: readonly VirtualPeer[], answers: AnswersOfPeers, signal: AbortSignal): Promise<PeerServer> {
    await using stack = new AsyncDisposableStack()
    const server = stack.use(new PeerServer(answers))

    for (const peer of peers) {
      await server.#listen(peer, signal)
    }

    stack.move()

    return server
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    const closed = this.#servers.map(server => once(server.close(), 'close'))

    for (const socket of this.#sockets) {
      socket.destroy()
    }

    await Promise.all(closed)
  }

  async #listen (peer: VirtualPeer, signal: AbortSignal): Promise<void> {
    const onSocket = peer.role === 'silent' ? keepSilent : this.#serve(peer)
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined) // the crawler closes connections by a reset
      socket.on('close', () => this.#sockets.delete(socket))
      onSocket(socket)
    })
    this.#servers.push(server)
    server.listen({ host: ipOf(peer.number), port: PORT, backlog: 64 })
    await once(server, 'listening', { signal })
  }

  #serve (peer: VirtualPeer): (socket: Socket) => void {
    const { key } = peer
    const served = { peer, answers: this.#answers, staticKey: this.#staticKey, payload: encodeNoisePayload(key, this.#staticKey.publicKey, [YAMUX_PROTOCOL]) }
    this.#answers.identify(peer)
    this.#answers.findNode(peer, key.id)

    return (socket) => {
      const connection = new PeerConnection(served, (bytes) => {
        socket.write(bytes)
      })
      const feed = (bytes: Uint8Array): void => {
        if (!socket.destroyed) {
          connection.feed(bytes)
        }
      }

      socket.on('data', peer.role === 'slow' ? bytes => setTimeout(feed, SLOW_MS, bytes) : feed)
    }
  }
}

function keepSilent (socket: Socket): void {
  socket.resume()
}
