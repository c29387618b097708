import { remoteOf } from './address-keys.ts'
import { SharedBuckets } from './shared-buckets.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { SharedRates } from './shared-buckets.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'

/** Messages of the DHT: a peer that takes a census of the routing table sends 16, one that publishes its blocks more. */
export const QUESTION_RATES: SharedRates = {
  own: { burst: 128, perSecond: 16 },
  ip: { burst: 1_024, perSecond: 128 },
  subnet: { burst: 2_048, perSecond: 256 },
  all: { burst: 8_192, perSecond: 2_048 }
}

/** Bytes that count as one message more: a large one costs more to read, and to check. */
export const BYTES_PER_UNIT = 4_096

// An entry of a list is an object, however short it is.
const ENTRIES_PER_UNIT = 32

interface DhtMessage {
  key?: Uint8Array
  record?: Uint8Array
  closer?: readonly DhtPeer[]
  providers?: readonly DhtPeer[]
}

interface DhtPeer { multiaddrs?: readonly Uint8Array[] }

/** How many messages of the DHT may come: of a peer, over all its connections, of an IP address, of a subnet, and in all. */
export class QuestionLimit {
  readonly #buckets: SharedBuckets

  constructor (clock: Clock) {
    this.#buckets = new SharedBuckets(clock, QUESTION_RATES)
  }

  /** Counts a message of a peer that comes from an IP address; false where there were too many. */
  take (peer: string, ip: Uint8Array | undefined, units = 1): boolean {
    return this.#buckets.take(peer, ip, units)
  }
}

/** What of a DHT handles messages; more than its type says, since the library has no limit of its own. */
interface Handling {
  rpc?: {
    handleMessage?: (peer: PeerId, message: never) => Promise<unknown>
    onIncomingStream?: (stream: Stream, connection: Connection) => Promise<void>
  }
}

/** Makes a DHT refuse messages over the limit: their stream is reset. @throws TypeError where the library is another one */
export function limitQuestions (dht: object, limit: QuestionLimit): void {
  const { rpc } = dht as Handling
  const { handleMessage, onIncomingStream } = rpc ?? {}

  if (rpc === undefined || handleMessage === undefined || onIncomingStream === undefined) {
    throw new TypeError('the DHT does not handle messages in the way that is known')
  }

  // Which connection a message came by is known to the stream alone.
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

/** What a message costs; a small one 1. */
export function unitsOf ({ key, record, closer = [], providers = [] }: DhtMessage): number {
  const peers = [...closer, ...providers]
  const addresses = peers.flatMap(({ multiaddrs = [] }) => multiaddrs)
  const bytes = [key, record, ...addresses].reduce((sum, part) => sum + (part?.byteLength ?? 0), 0)

  return 1 + Math.floor(bytes / BYTES_PER_UNIT) + Math.floor((peers.length + addresses.length) / ENTRIES_PER_UNIT)
}
