import { IDENTIFY_PROTOCOL } from '../identify/identify-message.ts'
import { outcomeOfFault } from '../peer/peer-fault.ts'
import { Acceptance } from './stream/multistream.ts'
import type { StreamHandler, YamuxStream } from './yamux/yamux-stream.ts'

/** Protocol id of ping (libp2p specifications, ping). */
export const PING_PROTOCOL = '/ipfs/ping/1.0.0'

/** The protocols that we serve. Remotes that get no answer to identify or ping may close the connection. All other protocols are refused. */
export const SERVED_PROTOCOLS: readonly string[] = [IDENTIFY_PROTOCOL, PING_PROTOCOL]

const SERVED: ReadonlySet<string> = new Set(SERVED_PROTOCOLS)

/** Bytes that we echo on one stream: 64 pings of 32 bytes. A visit normally sees one or two pings. */
const MAX_PING_BYTES = 2_048

/** A stream that the remote opened. It never sends a window update: all valid requests fit the initial window many times. */
export class InboundStream implements StreamHandler {
  readonly #stream: YamuxStream
  readonly #identifyReply: Uint8Array
  readonly #acceptance = new Acceptance(SERVED)
  #echoed = 0

  /** @param identifyReply our identify message, framed. */
  constructor (stream: YamuxStream, identifyReply: Uint8Array) {
    this.#stream = stream
    this.#identifyReply = identifyReply
  }

  onData (bytes: Uint8Array): void {
    if (this.#acceptance.protocol === undefined) {
      this.#negotiate(bytes)
    } else {
      this.#serve(bytes)
    }
  }

  onEnd (): void {
    this.#stream.end()
  }

  onReset (): void {
    // the yamux session has already removed the stream
  }

  /** A remote that breaks multistream on its own stream loses this stream, not the visit. */
  #negotiate (bytes: Uint8Array): void {
    try {
      const { reply, rest } = this.#acceptance.feed(bytes)
      this.#stream.send(reply)
      this.#greet()
      this.#serve(rest)
    } catch (err) {
      if (outcomeOfFault(err) === undefined) {
        throw err
      }

      this.#stream.reset()
    }
  }

  #greet (): void {
    if (this.#acceptance.protocol === IDENTIFY_PROTOCOL) {
      this.#stream.send(this.#identifyReply)
      this.#stream.end()
    }
  }

  #serve (bytes: Uint8Array): void {
    if (this.#acceptance.protocol !== PING_PROTOCOL || bytes.length === 0) {
      return
    }

    this.#echoed += bytes.length

    if (this.#echoed > MAX_PING_BYTES) {
      this.#stream.reset()
    } else {
      this.#stream.send(bytes)
    }
  }
}
