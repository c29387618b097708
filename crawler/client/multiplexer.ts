import { randomInt } from 'node:crypto'
import { peerFault } from '../peer/peer-fault.ts'
import { InboundStream } from './inbound-stream.ts'
import { Proposal, Selection } from './stream/multistream.ts'
import { SendBuffer } from './stream/send-buffer.ts'
import { Yamux, YAMUX_PROTOCOL } from './yamux/yamux.ts'
import type { StreamOpener } from './protocol-stream.ts'
import type { StreamHandler, YamuxStream } from './yamux/yamux-stream.ts'

/** Plain bytes that may wait for one flush. */
const MAX_WAITING_BYTES = 262_144

/** A remote that could guess the next would answer before it is asked, and seem nearer than it is. */
const PING_VALUES = 2 ** 32

const YAMUX = new Proposal(YAMUX_PROTOCOL)

/** The streams inside a secured connection, whatever secures it: plain bytes in, plain bytes out. */
export class Multiplexer implements StreamOpener {
  readonly #out: SendBuffer
  readonly #mux: Yamux
  #selection: Selection | undefined
  #isStopped = false

  /** @param onWaiting bytes wait: call {@link take} soon, after whatever can be written with them */
  constructor (identifyReply: Uint8Array, onWaiting: () => void) {
    this.#out = new SendBuffer(MAX_WAITING_BYTES, onWaiting)
    this.#mux = new Yamux(this.#out, {
      onStream: stream => new InboundStream(stream, identifyReply),
      onGoAway () {
        // a remote that goes away closes the connection next: that says all
      }
    })
  }

  /** Whether it reads and delivers nothing more. */
  get isStopped (): boolean {
    return this.#isStopped
  }

  /** Starts: where the handshake did not settle on yamux it is proposed first, streams following at once. */
  start (isAgreed: boolean): void {
    if (!isAgreed) {
      this.#selection = new Selection(YAMUX)
      this.#out.append(YAMUX.opening)
    }
  }

  /** Opens a stream of ours. */
  open (handler: StreamHandler): YamuxStream {
    return this.#mux.open(handler)
  }

  /** Asks the remote for a sign of life; `onPong` is called at its answer. */
  ping (onPong: () => void): void {
    this.#mux.ping(randomInt(PING_VALUES), onPong)
  }

  /** Everything that waits, as a view that the next append overwrites; undefined when nothing does. */
  take (): Uint8Array | undefined {
    return this.#out.length > 0 ? this.#out.take() : undefined
  }

  /** Reads plain bytes, which it may keep. @throws PP_PEER_FAULT for a broken rule */
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
