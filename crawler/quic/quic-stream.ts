import { byteStream } from '@libp2p/utils'
import { Selection } from '../fast/multistream.ts'
import { peerFault } from '../visit/peer-fault.ts'
import { MAX_REPLY_BYTES } from '../wire/find-node.ts'
import type { Proposal } from '../fast/multistream.ts'
import type { QueryStream } from '../visit/session.ts'
import type { Stream } from '@libp2p/interface'

const MAX_BUFFER_BYTES = 2 * MAX_REPLY_BYTES

/**
 * A stream of a QUIC connection on which we have proposed a protocol. Reads by the library's byte stream: listeners added
 * by hand would miss an end that came before them.
 */
export class ProposedStream implements QueryStream {
  readonly protocol: string
  readonly #stream: Stream
  readonly #bytes: ReturnType<typeof byteStream<Stream>>
  readonly #selection: Selection
  #rest: Uint8Array | undefined

  /** @param first bytes that leave with the proposal */
  constructor (stream: Stream, proposal: Proposal, first: Uint8Array) {
    this.protocol = proposal.protocol
    this.#stream = stream
    this.#bytes = byteStream(stream, { maxBufferSize: MAX_BUFFER_BYTES })
    this.#selection = new Selection(proposal)
    stream.send(Buffer.concat([proposal.opening, first]))
  }

  /** Whether the remote agrees to the protocol. Who ends or resets the stream instead does not. */
  async isSelected (signal: AbortSignal): Promise<boolean> {
    while (this.#selection.state === 'pending') {
      const bytes = await this.#next(signal)

      if (bytes === undefined) {
        return false
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

    if (rest !== undefined && rest.length > 0) {
      return rest
    }

    try {
      return (await this.#bytes.read({ signal }))?.subarray()
    } catch (err) {
      signal.throwIfAborted()
      throw peerFault('reset', 'the remote reset the stream', err)
    }
  }

  // go-libp2p resets a stream (4097) whose protocol it does not speak.
  async #next (signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return (await this.#bytes.read({ signal }))?.subarray()
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }
}
