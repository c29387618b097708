import { raceAbort } from '../../core/time/race-abort.ts'
import { Selection } from '../client/stream/multistream.ts'
import { peerFault } from '../peer/peer-fault.ts'
import { closeStream } from './native-quic.ts'
import type { Proposal } from '../client/stream/multistream.ts'
import type { QueryStream } from '../dial/session.ts'
import type { NativeStream } from './native-quic.ts'

// The library allocates this much for each read until the garbage collector runs: larger reads cost 100 MB and save
// no time.
const READ_BYTES = 8_192

/** A stream of a QUIC connection on which we have proposed a protocol. */
export class ProposedStream implements QueryStream {
  readonly protocol: string
  readonly #stream: NativeStream
  readonly #selection: Selection
  #written: Promise<void>
  #reading: Promise<Uint8Array | null | undefined> | undefined
  #rest: Uint8Array | undefined

  /** @param first bytes sent together with the proposal */
  constructor (stream: NativeStream, proposal: Proposal, first: Uint8Array) {
    this.protocol = proposal.protocol
    this.#stream = stream
    this.#selection = new Selection(proposal)
    this.#written = stream.write(Buffer.concat([proposal.opening, first])).catch(unwritten)
  }

  /** Whether the remote agrees to the protocol. A remote that ends or resets the stream instead does not. */
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
    this.#written = this.#written.then(async () => {
      await this.#stream.write(requests)
    }).catch(unwritten)
  }

  async read (signal: AbortSignal): Promise<Uint8Array | undefined> {
    const rest = this.#rest
    this.#rest = undefined

    if (rest !== undefined && rest.length > 0) {
      return rest
    }

    try {
      return await this.#read(signal)
    } catch (err) {
      signal.throwIfAborted()
      throw peerFault('reset', 'the remote reset the stream', err)
    }
  }

  [Symbol.dispose] (): void {
    closeStream(this.#stream)
  }

  // go-libp2p resets a stream (code 4097) if it does not support the protocol.
  async #next (signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return await this.#read(signal)
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  // An aborted read continues in the library: the next call takes its result.
  async #read (signal: AbortSignal): Promise<Uint8Array | undefined> {
    this.#reading ??= this.#stream.read(READ_BYTES)
    const bytes = await raceAbort(this.#reading, signal)
    this.#reading = undefined

    return bytes ?? undefined
  }
}

/** A failed write needs no handling: reading fails too, and reports it. */
function unwritten (): void {
  // nothing to do
}
