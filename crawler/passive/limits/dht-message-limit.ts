import { remoteOf } from './address-keys.ts'
import { SharedBuckets } from './shared-buckets.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { SharedRates } from './shared-buckets.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'

/** Rates of DHT messages. A peer that reads the whole routing table sends 16 messages, one that publishes blocks more. */
export const DHT_MESSAGE_RATES: SharedRates = {
  own: { burst: 128, perSecond: 16 },
  ip: { burst: 1_024, perSecond: 128 },
  subnet: { burst: 2_048, perSecond: 256 },
  all: { burst: 8_192, perSecond: 2_048 }
}

/** Every so many bytes count as one more message, since a large message costs more to read and check. */
export const BYTES_PER_UNIT = 4_096

// So many list entries count as one more message, since each entry is an object, however short.
const ENTRIES_PER_UNIT = 32

interface DhtMessage {
  key?: Uint8Array
  record?: Uint8Array
  closer?: readonly DhtPeer[]
  providers?: readonly DhtPeer[]
}

interface DhtPeer { multiaddrs?: readonly Uint8Array[] }

/** Limits DHT messages: of a peer over all its connections, of an IP address, of a subnet, and in total. */
export class DhtMessageLimit {
  readonly #buckets: SharedBuckets

  constructor (clock: Clock) {
    this.#buckets = new SharedBuckets(clock, DHT_MESSAGE_RATES)
  }

  /** Counts a message of a peer at an IP address; false if there are too many. */
  take (peer: string, ip: Uint8Array | undefined, units = 1): boolean {
    return this.#buckets.take(peer, ip, units)
  }
}

/** The part of the DHT that handles messages. Not in its type; the library has no limit of its own. */
interface Handling {
  rpc?: {
    handleMessage?: (peer: PeerId, message: never) => Promise<unknown>
    onIncomingStream?: (stream: Stream, connection: Connection) => Promise<void>
  }
}

/** Makes a DHT reject messages over the limit, by a reset of their stream. @throws TypeError if the library has changed */
export function limitDhtMessages (dht: object, limit: DhtMessageLimit): void {
  const { rpc } = dht as Handling
  const { handleMessage, onIncomingStream } = rpc ?? {}

  if (rpc === undefined || handleMessage === undefined || onIncomingStream === undefined) {
    throw new TypeError('the DHT library has changed: rpc.handleMessage and rpc.onIncomingStream are missing')
  }

  // Only the stream handler knows the connection of a message.
  rpc.onIncomingStream = async (stream, connection) => {
    const ip = remoteOf(connection.remoteAddr)?.ip
    const limited = Object.create(rpc, { handleMessage: { value: async (peer: PeerId, message: never) => {
      if (!limit.take(peer.toString(), ip, unitsOf(message))) {
        throw new RangeError('too many messages of one peer, address or subnet')
      }

      return await handleMessage.call(rpc, peer, message)
    } } }) as typeof rpc

    await onIncomingStream.call(limited, stream, connection)
  }
}

/** Cost of a message in units; a small message costs 1. */
export function unitsOf ({ key, record, closer = [], providers = [] }: DhtMessage): number {
  const peers = [...closer, ...providers]
  const addresses = peers.flatMap(({ multiaddrs = [] }) => multiaddrs)
  const bytes = [key, record, ...addresses].reduce((sum, part) => sum + (part?.byteLength ?? 0), 0)

  return 1 + Math.floor(bytes / BYTES_PER_UNIT) + Math.floor((peers.length + addresses.length) / ENTRIES_PER_UNIT)
}
