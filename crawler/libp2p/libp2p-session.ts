import { byteStream } from '@libp2p/utils'
import { peerFault } from '../visit/peer-fault.ts'
import { readIdentify } from '../visit/read-identify.ts'
import { MAX_REPLY_BYTES } from '../wire/find-node.ts'
import { IDENTIFY_PROTOCOL, MAX_IDENTIFY_BYTES } from '../wire/identify-message.ts'
import type { Clock } from '../../core/clock.ts'
import type { QueryStream, Session } from '../visit/session.ts'
import type { Connection, Stream } from '@libp2p/interface'

/** A connection of the libp2p node as a session. */
export class Libp2pSession implements Session {
  readonly connection: Session['connection']
  private readonly remote: Connection
  private readonly clock: Clock
  private latency: number | undefined

  /** @param connectMs how long the TCP connection took, which is one round trip */
  constructor (remote: Connection, clock: Clock, connectMs: number | undefined) {
    this.remote = remote
    this.clock = clock
    this.latency = connectMs
    this.connection = {
      transport: 'tcp',
      ...(remote.encryption !== undefined && { security: remote.encryption }),
      ...(remote.multiplexer !== undefined && { muxer: remote.multiplexer }),
      limited: remote.limits !== undefined
    }
  }

  get latencyMs (): number | undefined {
    return this.latency
  }

  async identify (signal: AbortSignal): Promise<Uint8Array> {
    const bytes = byteStream(await this.open([IDENTIFY_PROTOCOL], signal), { maxBufferSize: MAX_IDENTIFY_BYTES })
    const identity = await readIdentify({ read: async readSignal => (await bytes.read({ signal: readSignal }))?.subarray() }, signal)

    if (identity.length === 0) {
      throw peerFault('reset', 'the stream ended before identify')
    }

    return identity
  }

  async openQueries (protocols: readonly string[], first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined> {
    try {
      const stream = new Libp2pQueryStream(await this.open(protocols, signal))
      stream.send(first)

      return stream
    } catch (err) {
      if (err instanceof Error && err.name === 'UnsupportedProtocolError') {
        return undefined
      }

      throw err
    }
  }

  [Symbol.dispose] (): void {
    this.remote.abort(VISITED)
  }

  /** Opening a stream takes one round trip: the remote confirms the protocol. */
  private async open (protocols: readonly string[], signal: AbortSignal): Promise<Stream> {
    const started = this.clock.monotonic()
    const stream = await this.remote.newStream([...protocols], { signal, runOnLimitedConnection: true })
    this.latency = Math.min(this.latency ?? Infinity, this.clock.monotonic() - started)

    return stream
  }
}

/** Why connections are aborted: one error for all, since its stack tells nothing. */
const VISITED = peerFault('aborted', 'the visit is over')

/** Reads by the library's byte stream: listeners added by hand would miss an end that came before them. */
class Libp2pQueryStream implements QueryStream {
  readonly protocol: string
  private readonly stream: Stream
  private readonly bytes: ReturnType<typeof byteStream<Stream>>

  constructor (stream: Stream) {
    this.stream = stream
    this.protocol = stream.protocol
    this.bytes = byteStream(stream, { maxBufferSize: 2 * MAX_REPLY_BYTES })
  }

  send (requests: Uint8Array): void {
    this.stream.send(requests)
  }

  async read (signal: AbortSignal): Promise<Uint8Array | undefined> {
    return (await this.bytes.read({ signal }))?.subarray()
  }
}
