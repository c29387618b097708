// The library's own negotiation (`newStream`) loses what a remote sends together with its consent when it resets the
// stream right after, and counts streams by protocol: a visit's would compete with those of the node's own services.
// Streams are taken from the muxer instead, and negotiated as in the other lanes, in one round trip less.
import { byteStream } from '@libp2p/utils'
import { raceAbort } from '../../../core/time/race-abort.ts'
import { Proposal, Selection } from '../../client/stream/multistream.ts'
import { MAX_REPLY_BYTES } from '../../dht/find-node.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { QueryStream } from '../../dial/session.ts'
import type { Connection, Stream, StreamMuxer } from '@libp2p/interface'

/** Why streams are left: one error for all, since its stack tells nothing. */
const LEFT = peerFault('aborted', 'the talk is over')

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
   * @param first bytes that leave with the proposal
   * @throws what the library throws when the connection has ended, or the signal's reason
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

  /** Whether the remote agrees to the protocol. @throws PP_PEER_FAULT when it ends or resets the stream instead */
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

  /** A remote that never ends its side would keep the stream open for ever: it is reset. */
  [Symbol.dispose] (): void {
    this.#stream.abort(LEFT)
  }

  /** The library's byte stream hands out what came before a reset, and says of the reset that it is an end. */
  async #next (signal: AbortSignal): Promise<Uint8Array | undefined> {
    const bytes = await this.#bytes.read({ signal })

    if (bytes === null && this.#stream.status !== 'open' && this.#stream.status !== 'closed') {
      throw peerFault('reset', 'the remote reset a stream')
    }

    return bytes?.subarray()
  }
}

// More than the connection's type says; a test holds that it is there.
function muxerOf (connection: Connection): StreamMuxer {
  return (connection as unknown as { muxer: StreamMuxer }).muxer
}
