import { Connection } from '../../../crawler/client/connection.ts'
import { createNoiseCredentials } from '../../../crawler/client/noise/noise.ts'
import { HostKey } from '../../../crawler/peer/host-key.ts'
import { ScriptedPeer } from './scripted-peer.ts'
import type { HostCredentials } from '../../../crawler/client/connection.ts'
import type { PeerScript } from './scripted-peer.ts'

/** Our credentials in the tests. */
export const HOST: HostCredentials = { noise: createNoiseCredentials(HostKey.generate(), ['/yamux/1.0.0']), identifyReply: Buffer.from('our identify') }

/** A connection and its scripted remote, with an in-memory wire between them that the test controls. */
export class MemoryWire {
  readonly connection: Connection
  readonly peer: ScriptedPeer
  readonly events: string[] = []

  /** Our writes. */
  readonly writes: Uint8Array[] = []

  readonly #toUs: Uint8Array[] = []

  constructor (script: PeerScript, { isOptimistic = true, onSecured }: { isOptimistic?: boolean, onSecured?: (connection: Connection) => void } = {}) {
    this.peer = new ScriptedPeer(script, (bytes) => {
      this.#toUs.push(bytes)
    })
    this.connection = new Connection(HOST, { peerId: script.key.id, isOptimistic }, {
      onWaiting: () => undefined,
      onSecured: () => {
        this.events.push('secured')
        onSecured?.(this.connection)
      }
    })
  }

  /** Transfers bytes in both directions, in pieces of `size`, until neither end sends more. */
  run (size = 65_536): void {
    for (let bytes = this.connection.take(); bytes !== undefined || this.#toUs.length > 0; bytes = this.connection.take()) {
      if (bytes !== undefined) {
        this.writes.push(Uint8Array.from(bytes))
        this.peer.feed(Uint8Array.from(bytes))
      }

      for (let next = this.#toUs.shift(); next !== undefined; next = this.#toUs.shift()) {
        this.feed(next, size)
      }
    }
  }

  /** Passes bytes from the remote to the connection like a socket: in one reused buffer. */
  feed (bytes: Uint8Array, size: number): void {
    const buffer = new Uint8Array(size)

    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size)
      buffer.set(piece)
      this.connection.feed(buffer.subarray(0, piece.length))
      buffer.fill(0xee)
    }
  }
}
