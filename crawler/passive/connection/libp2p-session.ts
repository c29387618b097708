import { least, stopwatch } from '../../dial/latency.ts'
import { IDENTIFY_PROTOCOL } from '../../identify/identify-message.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import { connectionFacts } from './connection-facts.ts'
import { Libp2pStream } from './libp2p-stream.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { Latency } from '../../dial/latency.ts'
import type { QueryStream, ReadStream, Session } from '../../dial/session.ts'
import type { Connection } from '@libp2p/interface'

const NOTHING = new Uint8Array(0)

/** A session over a connection of a libp2p node. */
export class Libp2pSession implements Session {
  readonly connection: Session['connection']

  /** The remote's binary multiaddr. */
  readonly address: Uint8Array

  readonly #remote: Connection
  readonly #clock: Clock
  #least: Latency | undefined

  /** @param connect duration of the TCP connect, which is one round trip */
  constructor (remote: Connection, clock: Clock, connect: Latency | undefined) {
    this.#remote = remote
    this.#clock = clock
    this.#least = connect
    const { address, ...connection } = connectionFacts(remote)
    this.connection = connection
    this.address = address
  }

  get latency (): Latency | undefined {
    return this.#least
  }

  async openIdentify (signal: AbortSignal): Promise<ReadStream> {
    const stream = await this.#open(IDENTIFY_PROTOCOL, NOTHING, signal)

    if (stream === undefined) {
      throw peerFault('protocol-error', 'the remote refuses identify')
    }

    return stream
  }

  /** `first` is sent together with each proposal. A remote that refuses the protocol ignores it. */
  async openQueries (protocols: readonly string[], first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined> {
    for (const protocol of protocols) {
      const stream = await this.#open(protocol, first, signal)

      if (stream !== undefined) {
        return stream
      }
    }

    return undefined
  }

  [Symbol.dispose] (): void {
    this.#remote.abort(VISITED)
  }

  /** A stream on which the remote has agreed to the protocol, which takes one round trip; undefined if it refuses. */
  async #open (protocol: string, first: Uint8Array, signal: AbortSignal): Promise<Libp2pStream | undefined> {
    const elapsed = stopwatch(this.#clock)
    using unselected = new DisposableStack()
    const stream = unselected.use(await Libp2pStream.open(this.#remote, protocol, first, signal))

    if (!await stream.isSelected(signal)) {
      return undefined
    }

    unselected.move()
    this.#least = least(this.#least, elapsed())

    return stream
  }
}

/** The abort reason of connections: one shared error, since its stack trace is of no use. */
const VISITED = peerFault('aborted', 'the visit is over')
