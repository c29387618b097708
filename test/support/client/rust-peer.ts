import { FLAG, INITIAL_WINDOW, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { ScriptedPeer, header } from './scripted-peer.ts'
import type { PeerScript, ReceivedFrame } from './scripted-peer.ts'
import type { Socket } from 'node:net'

/** Largest body of a frame of rust-yamux. */
const MAX_BODY = 16_384

const PING_NUMBER = 7

interface Outgoing { credit: number, waiting: Buffer, flags: number }

/**
 * The remote end as in rust-libp2p: it lists no muxers in the handshake, pings at once, sends each yamux header and
 * each body as a separate Noise message, and sends no more than our window.
 */
export class RustPeer extends ScriptedPeer {
  readonly #streams = new Map<number, Outgoing>()

  constructor (script: PeerScript, write: (bytes: Uint8Array) => void) {
    super({
      ...script,
      muxers: [],
      onFrame: (frame) => {
        this.#credit(frame)
        script.onFrame?.(frame, this)
      }
    }, write)
  }

  override data (stream: number, body: Uint8Array, flags = 0): void {
    const outgoing = this.#streamOf(stream)
    outgoing.waiting = Buffer.concat([outgoing.waiting, body])
    outgoing.flags |= flags
    this.#flush(stream, outgoing)
  }

  /** Bytes that wait for a window update. */
  get waiting (): number {
    return [...this.#streams.values()].reduce((total, { waiting }) => total + waiting.length, 0)
  }

  #credit ({ type, flags, stream, length }: ReceivedFrame): void {
    if ((flags & FLAG.syn) !== 0 && stream === 1) {
      this.control(TYPE.ping, FLAG.syn, 0, PING_NUMBER)
    }
    if (type === TYPE.windowUpdate) {
      const outgoing = this.#streamOf(stream)
      outgoing.credit += length
      this.#flush(stream, outgoing)
    }
  }

  #streamOf (stream: number): Outgoing {
    const outgoing = this.#streams.get(stream) ?? { credit: INITIAL_WINDOW, waiting: Buffer.alloc(0), flags: 0 }
    this.#streams.set(stream, outgoing)

    return outgoing
  }

  /** The first frame opens the stream by its flag, and the last one ends it. */
  #flush (stream: number, outgoing: Outgoing): void {
    while (outgoing.credit > 0 && outgoing.waiting.length > 0) {
      const body = outgoing.waiting.subarray(0, Math.min(MAX_BODY, outgoing.credit))
      outgoing.waiting = outgoing.waiting.subarray(body.length)
      outgoing.credit -= body.length
      const flags = outgoing.waiting.length === 0 ? outgoing.flags : outgoing.flags & ~FLAG.fin
      outgoing.flags &= ~flags
      this.plain(header(TYPE.data, flags, stream, body.length))
      this.plain(body)
    }
  }
}

/** Plays a Rust host as the remote on `socket`. */
export function playRustOn (socket: Socket, script: PeerScript): RustPeer {
  const peer = new RustPeer(script, (bytes) => {
    socket.write(bytes)
  })
  socket.on('data', (bytes) => {
    peer.feed(bytes)
  })

  return peer
}
