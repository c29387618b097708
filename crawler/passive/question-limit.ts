import { BoundedCache } from '../../core/bounded-cache.ts'
import type { Clock } from '../../core/clock.ts'
import type { PeerId } from '@libp2p/interface'

/** Questions and entries that a peer may send at once: a census of the routing table asks 16. */
export const QUESTIONS_AT_ONCE = 128

/** Questions a second that a peer may go on with. */
export const QUESTIONS_PER_SECOND = 16

const SECOND = 1_000

// Peers whose questions are counted: more than are connected.
const PEERS = 10_000

/** How many messages of the DHT each peer may send: a bucket that fills by the second. */
export class QuestionLimit {
  readonly #clock: Clock
  readonly #buckets = new BoundedCache<{ left: number, atMs: number }>(PEERS)

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Counts a message of a peer; false where it has sent too many. */
  take (peer: string): boolean {
    const now = this.#clock.monotonic()
    const { left, atMs } = this.#buckets.get(peer) ?? { left: QUESTIONS_AT_ONCE, atMs: now }
    const filled = Math.min(QUESTIONS_AT_ONCE, left + (now - atMs) / SECOND * QUESTIONS_PER_SECOND)
    const allowed = filled >= 1
    this.#buckets.set(peer, { left: allowed ? filled - 1 : filled, atMs: now })

    return allowed
  }
}

/** What of a DHT handles messages; more than its type says, since the library has no limit of its own. */
interface Handling { rpc?: { handleMessage?: (peer: PeerId, message: never) => Promise<unknown> } }

/** Makes a DHT refuse peers that send too many messages: their stream is reset. @throws TypeError where the library is another one */
export function limitQuestions (dht: object, limit: QuestionLimit): void {
  const { rpc } = dht as Handling
  const handle = rpc?.handleMessage

  if (rpc === undefined || handle === undefined) {
    throw new TypeError('the DHT does not handle messages in the way that is known')
  }

  rpc.handleMessage = async (peer, message) => {
    if (!limit.take(peer.toString())) {
      throw new RangeError('too many messages of one peer')
    }

    return await handle.call(rpc, peer, message)
  }
}
