// Dials the peers that multicast DNS finds. Any host on the link can announce any peer, as often as it likes.
import { errorText } from '../../core/errors.ts'
import { BoundedCache } from '../../core/limits/bounded-cache.ts'
import { DIAL_LIMIT_MS } from './node-maintenance.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { PassiveGater } from './limits/passive-gater.ts'
import type { DialFailure } from './passive-result.ts'
import type { Connection, Libp2p, PeerId, PeerInfo } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface MdnsFindsDeps {
  clock: Clock
  log: Logger
  node: Pick<Libp2p, 'dial'>
  gater: Pick<PassiveGater, 'found'>

  /** A found peer answered. @throws the error of the sink */
  onMet: (connection: Connection) => Promise<void>

  /** A found peer could not be dialled. @throws the error of the sink */
  onFailed: (peer: PeerId, found: readonly Multiaddr[], failure: DialFailure) => Promise<void>
}

/** Concurrent dials of found peers; more are skipped until they are announced again. */
export const FINDS_AT_ONCE = 64

/** Shortest time between two dials of a peer, in milliseconds. Peers answer our queries every 20 s; more answers cause no more dials. */
export const FIND_PAUSE_MS = 15_000

const REMEMBERED = 1_024

/** Dials the peers that multicast DNS finds, each at most once in {@link FIND_PAUSE_MS}, at addresses of the local network. */
export class MdnsFinds {
  readonly #deps: MdnsFindsDeps
  readonly #dialling = new Set<string>()
  readonly #dialledMs = new BoundedCache<number>(REMEMBERED)

  constructor (deps: MdnsFindsDeps) {
    this.#deps = deps
  }

  /** A peer was found. @param source IP address that announced it. @throws the error of the sink */
  async found ({ id, multiaddrs }: PeerInfo, source: string): Promise<void> {
    const key = id.toString()
    const now = this.#deps.clock.monotonic()

    if (this.#dialling.size >= FINDS_AT_ONCE || this.#dialling.has(key) || now - (this.#dialledMs.get(key) ?? -Infinity) < FIND_PAUSE_MS) {
      return
    }

    const addresses = multiaddrs.filter(address => this.#deps.gater.found(address, source))

    if (addresses.length > 0) {
      this.#dialling.add(key)
      this.#dialledMs.set(key, now)

      try {
        await this.#visit(id, addresses)
      } finally {
        this.#dialling.delete(key)
      }
    }
  }

  async #visit (id: PeerId, found: Multiaddr[]): Promise<void> {
    const { clock, log, node, onMet, onFailed } = this.#deps
    const startedAtMs = clock.now()
    const since = clock.monotonic()
    let connection: Connection

    try {
      connection = await node.dial(found.map(address => withPeer(address, id)), { signal: AbortSignal.timeout(DIAL_LIMIT_MS) })
    } catch (err) {
      log.debug({ reason: errorText(err) }, 'a peer found by multicast DNS could not be dialled')
      await onFailed(id, found, { err, startedAtMs, durationMs: clock.monotonic() - since })
      return
    }

    await onMet(connection)
  }
}

function withPeer (address: Multiaddr, id: PeerId): Multiaddr {
  return address.toString().includes('/p2p/') ? address : address.encapsulate(`/p2p/${id.toString()}`)
}
