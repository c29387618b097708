// Maintains the passive node: joins the DHT, makes room for new connections, and removes old peers from the peer
// store. (libp2p refuses new connections at its limit, and stores every peer forever.)
import { errorText } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { OpenConnections } from './open-connections.ts'
import type { PassiveServices } from './passive-node.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface NodeMaintenanceDeps {
  clock: Clock
  log: Logger
  node: Libp2p<PassiveServices>
  open: OpenConnections

  /** Peers through which the node joins the DHT. */
  bootstrap: (signal: AbortSignal) => Promise<readonly Multiaddr[]>

  /** Most connections. */
  maxConnections: number

  /** Resets the dial budget; absent if crawls do that. */
  renewBudget?: () => void
}

/** Limit of one dial, in milliseconds. */
export const DIAL_LIMIT_MS = 5_000

/** How often the dial budget is reset if no crawl does, in milliseconds. */
export const BUDGET_MS = 3_600_000

const BOOTSTRAP_MS = 60_000
const CLOSE_LIMIT_MS = 3_000

// Age after which a reported connection is closed if more than half of the slots are taken.
const ROTATE_MS = 300_000

/** Periodic maintenance of the passive node. */
export class NodeMaintenance {
  readonly #deps: NodeMaintenanceDeps
  #joinedMs = -Infinity
  #renewedMs: number

  constructor (deps: NodeMaintenanceDeps) {
    this.#deps = deps
    this.#renewedMs = deps.clock.monotonic()
  }

  /** Resets the dial budget once an hour if no crawl does. */
  renew (): void {
    const { clock, renewBudget } = this.#deps

    if (clock.monotonic() - this.#renewedMs >= BUDGET_MS) {
      this.#renewedMs = clock.monotonic()
      renewBudget?.()
    }
  }

  /** Dials bootstrap peers once a minute while the routing table is empty. */
  async join (signal: AbortSignal): Promise<void> {
    const { clock, log, node, bootstrap } = this.#deps
    const now = clock.monotonic()

    if (node.services.dht.routingTable.size > 0 || now - this.#joinedMs < BOOTSTRAP_MS) {
      return
    }

    this.#joinedMs = now

    for (const address of await bootstrap(signal)) {
      void node.dial(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_LIMIT_MS)]) }).catch((err: unknown) => {
        log.debug({ reason: errorText(err) }, 'the passive node could not dial a bootstrap peer')
      })
    }
  }

  /** Closes old connections that have been reported, if more than half of the slots are taken. */
  async rotate (): Promise<void> {
    const { open, maxConnections } = this.#deps
    const old = open.size > maxConnections / 2 ? open.doneSince(ROTATE_MS) : []

    await Promise.all(old.map(async (connection) => {
      try {
        await connection.close({ signal: AbortSignal.timeout(CLOSE_LIMIT_MS) })
      } catch (err) {
        connection.abort(err instanceof Error ? err : new TypeError(String(err)))
      }
    }))
  }

  /** Removes a peer from the peer store unless it is connected or in the routing table. */
  async forget (peer: PeerId): Promise<void> {
    const { node, log } = this.#deps

    try {
      if (node.getConnections(peer).length === 0 && await (node.services.dht.routingTable as unknown as Table).find(peer) === undefined) {
        await node.peerStore.delete(peer)
      }
    } catch (err) {
      log.debug({ reason: errorText(err) }, 'a peer could not be removed from the peer store')
    }
  }
}

// Not part of the library's type; there is no other way to query the table.
interface Table { find: (peer: PeerId) => Promise<PeerId | undefined> }
