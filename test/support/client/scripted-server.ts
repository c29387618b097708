import { once } from 'node:events'
import { createServer } from 'node:net'
import { ScriptedPeer } from './scripted-peer.ts'
import type { PeerScript } from './scripted-peer.ts'
import type { AddressInfo, Socket } from 'node:net'

/** A TCP server on loopback that closes its sockets with it. */
export class ScriptedServer implements AsyncDisposable {
  readonly port: number
  readonly sockets: Socket[] = []
  readonly #close: () => Promise<void>

  private constructor (port: number, close: () => Promise<void>) {
    this.port = port
    this.#close = close
  }

  /** Passes each socket, with its number from 1, to `onSocket`. */
  static async open (onSocket: (socket: Socket, count: number) => void, host = '127.0.0.1'): Promise<ScriptedServer> {
    const server = createServer({ noDelay: true })
    server.listen(0, host)
    await once(server, 'listening')
    const opened = new ScriptedServer((server.address() as AddressInfo).port, async () => {
      const closed = once(server, 'close')
      server.close()
      opened.sockets.forEach(socket => socket.destroy())
      await closed
    })
    server.on('connection', (socket) => {
      socket.on('error', () => {
        // the client closes by a reset
      })
      onSocket(socket, opened.sockets.push(socket))
    })

    return opened
  }

  /** A server whose sockets are played by `script`. */
  static async play (script: PeerScript, host?: string): Promise<ScriptedServer> {
    return await ScriptedServer.open((socket) => {
      playOn(socket, script)
    }, host)
  }

  /** Sockets that the client has not closed. */
  get openSockets (): number {
    return this.sockets.filter(socket => !socket.destroyed).length
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#close()
  }
}

/** Plays `script` as the remote on `socket`. */
export function playOn (socket: Socket, script: PeerScript): ScriptedPeer {
  const peer = new ScriptedPeer(script, (bytes) => {
    socket.write(bytes)
  })
  socket.on('data', (bytes) => {
    peer.feed(bytes)
  })

  return peer
}
