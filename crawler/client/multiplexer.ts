import { randomInt } from 'node:crypto'
import { peerFault } from '../peer/peer-fault.ts'
import { InboundStream } from './inbound-stream.ts'
import { Proposal, Selection } from './stream/multistream.ts'
import { SendBuffer } from './stream/send-buffer.ts'
import { Yamux, YAMUX_PROTOCOL } from './yamux/yamux.ts'
import type { StreamOpener } from './protocol-stream.ts'
import type { StreamHandler, YamuxStream } from './yamux/yamux-stream.ts'

/** Plain bytes that may be queued for one flush. */
const MAX_WAITING_BYTES = 262_144

/** Number of ping values. A remote that guesses the next value could answer early and fake a shorter round trip. */
const PING_VALUES = 2 ** 32

const YAMUX = new Proposal(YAMUX_PROTOCOL)

/** The streams inside a secured connection, by Noise or TLS: plain bytes in, plain bytes out. */
export class Multiplexer implements StreamOpener {
  readonly #out: SendBuffer
  readonly #mux: Yamux
  #selection: Selection | undefined
  #isStopped = false

  /** @param onWaiting called when bytes are ready: call {@link take} soon, once everything that can be written with them is ready too */
  constructor (identifyReply: Uint8Array, onWaiting: () => void) {
    this.#out = new SendBuffer(MAX_WAITING_BYTES, onWaiting)
    this.#mux = new Yamux(this.#out, {
      onStream: stream => new InboundStream(stream, identifyReply),
      onGoAway () {
        // the close of the connection follows, and is handled there
      }
    })
  }

  /** Whether it has stopped reading and delivering. */
  get isStopped (): boolean {
    return this.#isStopped
  }

  /** Starts the session. If the handshake did not already agree on yamux, it is proposed first; streams follow without waiting. */
  start (isAgreed: boolean): void {
    if (!isAgreed) {
      this.#selection = new Selection(YAMUX)
      this.#out.append(YAMUX.opening)
    }
  }

  /** Opens an outbound stream. */
  open (handler: StreamHandler): YamuxStream {
    return this.#mux.open(handler)
  }

  /** Sends a ping; `onPong` is called at the answer. */
  ping (onPong: () => void): void {
    this.#mux.ping(randomInt(PING_VALUES), onPong)
  }

  /** All bytes ready to be sent, as a view that the next append overwrites; undefined if there are none. */
  take (): Uint8Array | undefined {
    return this.#out.length > 0 ? this.#out.take() : undefined
  }

  /** Reads plain bytes, which it may keep. @throws PP_PEER_FAULT if the remote breaks the protocol */
  feed (plain: Uint8Array): void {
    if (!this.#isStopped) {
      this.#mux.feed(this.#selection === undefined ? plain : this.#select(this.#selection, plain))
    }
  }

  stop (): void {
    this.#isStopped = true
    this.#mux.stop()
  }

  #select (selection: Selection, plain: Uint8Array): Uint8Array {
    const rest = selection.feed(plain)

    if (selection.state === 'refused') {
      throw peerFault('no-muxer', 'the remote refuses yamux')
    }

    this.#selection = selection.state === 'pending' ? selection : undefined

    return rest
  }
}
