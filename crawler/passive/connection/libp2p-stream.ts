// The library's own negotiation (`newStream`) loses data that a remote sends together with its agreement if the
// remote resets the stream right after. It also limits streams by protocol, so that a visit would compete with the
// node's own services. Streams are therefore opened on the muxer and negotiated as by the other clients, which saves
// a round trip.
import { byteStream } from '@libp2p/utils'
import { raceAbort } from '../../../core/time/race-abort.ts'
import { Proposal, Selection } from '../../client/stream/multistream.ts'
import { MAX_REPLY_BYTES } from '../../dht/find-node.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { QueryStream } from '../../dial/session.ts'
import type { Connection, Stream, StreamMuxer } from '@libp2p/interface'

/** The abort reason of streams: one shared error, since its stack trace is of no use. */
const LEFT = peerFault('aborted', 'the stream is no longer needed')

/** A stream of a libp2p connection on which we have proposed a protocol. */
export class Libp2pStream implements QueryStream {
  readonly protocol: string
  readonly #stream: Stream
  readonly #selection: Selection
  readonly #bytes: ReturnType<typeof byteStream<Stream>>
  #rest: Uint8Array | undefined

  private constructor (stream: Stream, proposal: Proposal) {
    this.protocol = proposal.protocol
    this.#stream = stream
    this.#selection = new Selection(proposal)
    this.#bytes = byteStream(stream, { maxBufferSize: 2 * MAX_REPLY_BYTES })
  }

  /**
   * Opens a stream and proposes a protocol on it.
   *
   * @param first bytes sent together with the proposal
   * @throws the library's error if the connection has ended, or the signal's reason
   */
  static async open (connection: Connection, protocol: string, first: Uint8Array, signal: AbortSignal): Promise<Libp2pStream> {
    const proposal = new Proposal(protocol)
    const stream = await raceAbort(muxerOf(connection).createStream({ signal }), signal, (late) => {
      late.abort(LEFT)
    })
    const opened = new Libp2pStream(stream, proposal)

    try {
      stream.send(Buffer.concat([proposal.opening, first]))
    } catch (err) {
      opened[Symbol.dispose]()
      throw err
    }

    return opened
  }

  /** Whether the remote agrees to the protocol. @throws PP_PEER_FAULT if it ends or resets the stream instead */
  async isSelected (signal: AbortSignal): Promise<boolean> {
    while (this.#selection.state === 'pending') {
      const bytes = await this.#next(signal)

      if (bytes === undefined) {
        throw peerFault('reset', 'the remote ended a stream before it answered')
      }

      this.#rest = this.#selection.feed(bytes)
    }

    return this.#selection.state === 'selected'
  }

  send (requests: Uint8Array): void {
    this.#stream.send(requests)
  }

  async read (signal: AbortSignal): Promise<Uint8Array | undefined> {
    const rest = this.#rest
    this.#rest = undefined

    return rest !== undefined && rest.length > 0 ? rest : await this.#next(signal)
  }

  /** Resets the stream: a remote that never ends its side would keep it open forever. */
  [Symbol.dispose] (): void {
    this.#stream.abort(LEFT)
  }

  /** The library's byte stream returns the data before a reset, and then reports the reset as the end of the stream. */
  async #next (signal: AbortSignal): Promise<Uint8Array | undefined> {
    const bytes = await this.#bytes.read({ signal })

    if (bytes === null && this.#stream.status !== 'open' && this.#stream.status !== 'closed') {
      throw peerFault('reset', 'the remote reset a stream')
    }

    return bytes?.subarray()
  }
}

// Not part of the connection's type; a test checks that it exists.
function muxerOf (connection: Connection): StreamMuxer {
  return (connection as unknown as { muxer: StreamMuxer }).muxer
}
