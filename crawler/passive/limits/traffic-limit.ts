// Limits the streams and bytes received on open connections. The library has no limits of its own for pings, identify
// and DHT queries: it answers as fast as it is asked.
import { remoteOf } from './address-keys.ts'
import { SharedBuckets } from './shared-buckets.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { SharedRates } from './shared-buckets.ts'
import type { Connection, MultiaddrConnection } from '@libp2p/interface'

const MB = 1_048_576

/** Rates of opened streams. A peer opens one for identify, one for pings, and at most one for each DHT query. */
export const STREAM_RATES: SharedRates = {
  own: { burst: 256, perSecond: 32 },
  ip: { burst: 2_048, perSecond: 256 },
  subnet: { burst: 4_096, perSecond: 512 },
  all: { burst: 16_384, perSecond: 4_096 }
}

/** Rates of received bytes. Identify takes some kB, a DHT message at most 64 kB. */
export const BYTE_RATES: SharedRates = {
  own: { burst: 8 * MB, perSecond: MB / 4 },
  ip: { burst: 32 * MB, perSecond: MB },
  subnet: { burst: 64 * MB, perSecond: 2 * MB },
  all: { burst: 512 * MB, perSecond: 32 * MB }
}

/** Receives bytes. An internal method of the library, not in its types. */
export interface Receiving { onData?: (data: { byteLength: number }) => void }

/** Reports streams that the remote opens. Internal to the library, not in its types. */
interface Muxing { muxer?: { status: string, addEventListener: (event: 'stream', listener: (event: { detail: Receiving }) => void) => void } }

/** Closes connections that send too much or open too many streams. */
export class TrafficLimit {
  readonly #streams: SharedBuckets
  readonly #bytes: SharedBuckets
  #last = 0

  constructor (clock: Clock) {
    this.#streams = new SharedBuckets(clock, STREAM_RATES)
    this.#bytes = new SharedBuckets(clock, BYTE_RATES)
  }

  /** Starts counting the bytes of a connection. Does nothing for QUIC, whose bytes are counted on its streams. */
  watchBytes (connection: MultiaddrConnection): void {
    this.#count(connection as Receiving, `bytes ${String(++this.#last)}`, connection)
  }

  /** Starts counting the streams that the remote opens, and for QUIC their bytes. */
  watchStreams (connection: Connection): void {
    const ip = remoteOf(connection.remoteAddr)?.ip
    const name = `streams ${String(++this.#last)}`
    const hasOwnBytes = !connection.remoteAddr.toString().includes('/quic-v1')

    const { muxer } = connection as Muxing

    // With too many streams before the upgrade is complete, the library closes only the muxer, and the connection
    // would keep its slot.
    if (muxer !== undefined && muxer.status !== 'open') {
      connection.abort(new RangeError('too many streams before the connection was upgraded'))
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

  // Wraps the method instead of adding a listener: the library buffers data for the reader only while there is no
  // listener.
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
