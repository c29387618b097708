// What keeps the passive node in its network and small: it joins the DHT, makes room for newcomers, and forgets whom it
// met. (libp2p refuses newcomers at its limit, and remembers every peer.)
import { errorText } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { OpenConnections } from './open-connections.ts'
import type { PassiveServices } from './passive-node.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface NodeUpkeepDeps {
  clock: Clock
  log: Logger
  node: Libp2p<PassiveServices>
  open: OpenConnections

  /** Peers through which the node joins the DHT. */
  bootstrap: (signal: AbortSignal) => Promise<readonly Multiaddr[]>

  /** Connections at most. */
  maxConnections: number

  /** Starts the budget of dials again; where crawls do, it is absent. */
  renewBudget?: () => void
}

/** Limit of one dial, in milliseconds. */
export const DIAL_LIMIT_MS = 5_000

/** How long the budget of dials is for, where no crawl starts it again, in milliseconds. */
export const BUDGET_MS = 3_600_000

const BOOTSTRAP_MS = 60_000
const CLOSE_LIMIT_MS = 3_000

// A connection that has told what it can makes room after this long, where more than half of the places are taken.
const ROTATE_MS = 300_000

/** See the head of this file. */
export class NodeUpkeep {
  readonly #deps: NodeUpkeepDeps
  #joinedMs = -Infinity
  #renewedMs: number

  constructor (deps: NodeUpkeepDeps) {
    this.#deps = deps
    this.#renewedMs = deps.clock.monotonic()
  }

  /** Starts the budget of dials again once an hour, where no crawl does. */
  renew (): void {
    const { clock, renewBudget } = this.#deps

    if (clock.monotonic() - this.#renewedMs >= BUDGET_MS) {
      this.#renewedMs = clock.monotonic()
      renewBudget?.()
    }
  }

  /** Dials bootstrap peers as long as the routing table is empty, once a minute. */
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

  /** Closes connections that have told what they can, where room gets scarce. */
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

  /** Forgets a peer that is neither connected nor in the routing table. */
  async forget (peer: PeerId): Promise<void> {
    const { node, log } = this.#deps

    try {
      if (node.getConnections(peer).length === 0 && await (node.services.dht.routingTable as unknown as Table).find(peer) === undefined) {
        await node.peerStore.delete(peer)
      }
    } catch (err) {
      log.debug({ reason: errorText(err) }, 'a peer could not be forgotten')
    }
  }
}

// More than its type says; the library has no other way to ask.
interface Table { find: (peer: PeerId) => Promise<PeerId | undefined> }
