// What comes in over connections that stand: streams, of protocols that are served or unknown, and bytes. Pings, identify
// and questions have no price of their own at a library that answers as fast as it is asked.
import { remoteOf } from './address-keys.ts'
import { SharedBuckets } from './shared-buckets.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { SharedRates } from './shared-buckets.ts'
import type { Connection, MultiaddrConnection } from '@libp2p/interface'

const MB = 1_048_576

/** Streams that are opened: a peer opens one for identify, one for pings, and one for each question at most. */
export const STREAM_RATES: SharedRates = {
  own: { burst: 256, perSecond: 32 },
  ip: { burst: 2_048, perSecond: 256 },
  subnet: { burst: 4_096, perSecond: 512 },
  all: { burst: 16_384, perSecond: 4_096 }
}

/** Bytes that are received: identify has some kB, a message of the DHT 64 kB at most. */
export const BYTE_RATES: SharedRates = {
  own: { burst: 8 * MB, perSecond: MB / 4 },
  ip: { burst: 32 * MB, perSecond: MB },
  subnet: { burst: 64 * MB, perSecond: 2 * MB },
  all: { burst: 512 * MB, perSecond: 32 * MB }
}

/** What hands on the bytes that it receives; the library's way, which its types do not show. */
export interface Receiving { onData?: (data: { byteLength: number }) => void }

/** What tells of streams that the remote opens; the library's way, which its types do not show. */
interface Muxing { muxer?: { status: string, addEventListener: (event: 'stream', listener: (event: { detail: Receiving }) => void) => void } }

/** Ends connections that send too much, or open too many streams. */
export class TrafficLimit {
  readonly #streams: SharedBuckets
  readonly #bytes: SharedBuckets
  #last = 0

  constructor (clock: Clock) {
    this.#streams = new SharedBuckets(clock, STREAM_RATES)
    this.#bytes = new SharedBuckets(clock, BYTE_RATES)
  }

  /** Counts what a connection receives from now on; one whose bytes are its streams' (QUIC) has none by itself. */
  watchBytes (connection: MultiaddrConnection): void {
    this.#count(connection as Receiving, `bytes ${String(++this.#last)}`, connection)
  }

  /** Counts the streams that the remote opens from now on, and what they receive where the connection itself receives nothing. */
  watchStreams (connection: Connection): void {
    const ip = remoteOf(connection.remoteAddr)?.ip
    const name = `streams ${String(++this.#last)}`
    const hasOwnBytes = !connection.remoteAddr.toString().includes('/quic-v1')

    const { muxer } = connection as Muxing

    // Too many streams before the connection stood: the library ends the muxer alone, and the connection would keep its place.
    if (muxer !== undefined && muxer.status !== 'open') {
      connection.abort(new RangeError('too many streams before the connection stood'))
      return
    }

    muxer?.addEventListener('stream', ({ detail }) => {
      if (!this.#streams.take(name, ip)) {
        connection.abort(new RangeError('too many streams of one connection, address or subnet'))
      } else if (!hasOwnBytes) {
        this.#count(detail, name, connection)
      }
    })
  }

  // A listener for messages would take data from who is to read it: the library keeps data only while nobody listens.
  #count (receiver: Receiving, name: string, connection: Pick<MultiaddrConnection, 'remoteAddr' | 'abort'>): void {
    const ip = remoteOf(connection.remoteAddr)?.ip
    const onData = receiver.onData?.bind(receiver)

    if (onData === undefined) {
      return
    }

    receiver.onData = (data) => {
      if (this.#bytes.take(name, ip, data.byteLength)) {
        onData(data)
      } else {
        connection.abort(new RangeError('too many bytes of one connection, address or subnet'))
      }
    }
  }
}
