// Passive discovery: runs a libp2p node to which other peers connect. Each peer that connects, or is found by
// multicast DNS, is identified, pinged and reported once in ten minutes. The next crawl starts from these peers too.
import { defined } from '../../core/defined.ts'
import { errorText, ProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { stopwatch } from '../dial/latency.ts'
import { MdnsFinds } from './mdns-finds.ts'
import { NodeMaintenance } from './node-maintenance.ts'
import { OpenConnections } from './open-connections.ts'
import { createPassiveNode } from './passive-node.ts'
import { RecentVisitors } from './recent-visitors.ts'
import { SightingReports } from './sighting-reports.ts'
import type { Source } from '../../core/contracts/visit.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Beat } from '../../core/process/progress.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { KnownPeer } from '../engine/frontier/known-peer.ts'
import type { CompletedVisit, VisitSink } from '../engine/population/visit-sink.ts'
import type { PeerRecord } from '../peer/peer-record.ts'
import type { NodeMaintenanceDeps } from './node-maintenance.ts'
import type { PassiveNodeOptions, PassiveServices } from './passive-node.ts'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'

/** Dependencies of passive discovery. */
export interface PassiveDiscoveryDeps extends Pick<NodeMaintenanceDeps, 'bootstrap' | 'renewBudget'> {
  clock: Clock
  log: Logger
  sink: VisitSink

  /** Heartbeat of the node's maintenance. */
  beat: Beat

  onVisit: (visit: CompletedVisit) => void
}

/** State of the node. */
export interface PassiveStatus {
  peerId: string
  addresses: string[]
  connections: number
  routingTable: number

  /** Sightings refused since the start, because there were too many in a window. */
  refusedSightings: number
}

const PING_LIMIT_MS = 5_000
const STOP_LIMIT_MS = 3_000
const TICK_MS = 5_000
const FORGET_MS = 1_000

/** A running passive node and the reports of its peers. */
export class PassiveDiscovery implements AsyncDisposable {
  readonly #deps: PassiveDiscoveryDeps
  readonly #node: Libp2p<PassiveServices>
  readonly #open: OpenConnections
  readonly #maintenance: NodeMaintenance
  readonly #reports: SightingReports
  readonly #met = new RecentVisitors()
  readonly #finds: MdnsFinds
  readonly #broken = Promise.withResolvers<undefined>()

  private constructor (deps: PassiveDiscoveryDeps, options: PassiveNodeOptions, parts: { node: Libp2p<PassiveServices>, open: OpenConnections }) {
    const { clock, log, bootstrap, renewBudget } = deps
    this.#deps = deps
    this.#node = parts.node
    this.#open = parts.open
    const { gater, maxConnections } = options
    this.#maintenance = new NodeMaintenance({ clock, log, bootstrap, maxConnections, ...defined({ renewBudget }), ...parts })
    this.#reports = new SightingReports({ ...deps, met: this.#met, ping: async peer => await this.#ping(peer) })
    this.#finds = new MdnsFinds({ clock, log, gater, node: parts.node, onMet: async (connection) => {
      await this.#meet(connection, 'mdns')
    }, onFailed: async (peer, found, failure) => {
      await this.#reports.failed(peer, found, failure)
    } })
    this.#broken.promise.catch(() => undefined) // the caller of run() gets it
  }

  /** Starts the node. @throws ProbeError `PP_CONFIG_INVALID` if it cannot listen */
  static async open (deps: PassiveDiscoveryDeps, options: Omit<PassiveNodeOptions, 'onFound' | 'onMdnsFault'>): Promise<PassiveDiscovery> {
    const node = await createPassiveNode({
      ...options,
      onMdnsFault: (err) => {
        deps.log.warn({ reason: errorText(err) }, 'other peers cannot find this node by multicast DNS')
      },
      onFound: (peer, source) => {
        discovery.#guard(discovery.#finds.found(peer, source))
      }
    })
    const open = new OpenConnections(deps.clock)
    const discovery = new PassiveDiscovery(deps, options, { node, open })
    node.addEventListener('connection:open', ({ detail }) => {
      discovery.#opened(detail)
    })
    node.addEventListener('peer:identify', ({ detail }) => {
      open.identified(detail)
    })
    node.addEventListener('connection:close', ({ detail }) => {
      discovery.#closed(detail)
    })

    try {
      await node.start()
    } catch (cause) {
      await discovery[Symbol.asyncDispose]()
      throw new ProbeError('PP_CONFIG_INVALID', `passive.port: the node cannot listen on ${options.host}, port ${String(options.port)}: ${errorText(cause)}`, { cause })
    }

    return discovery
  }

  /** Multihash of the node's peer id. */
  get id (): Uint8Array {
    return this.#node.peerId.toMultihash().bytes
  }

  /** State of the node. */
  status (): PassiveStatus {
    return {
      peerId: this.#node.peerId.toString(),
      addresses: this.#node.getMultiaddrs().map(String),
      connections: this.#open.size,
      routingTable: this.#node.services.dht.routingTable.size,
      refusedSightings: this.#reports.refused
    }
  }

  /** The open connection to a peer, by its multihash; undefined if there is none. */
  connectionTo (id: Uint8Array): Connection | undefined {
    return this.#open.to(id)
  }

  /** The connected peers, with the addresses that they announce. */
  connected (): PeerRecord[] {
    const known = new Map(this.#met.list().map(({ id, addresses }) => [hex(id), addresses]))

    return this.#open.peers().map(id => ({ id, addresses: known.get(hex(id)) ?? [] }))
  }

  /** Recently seen peers. */
  known (): KnownPeer[] {
    return this.#met.list()
  }

  /** Ids of peers that were met, as multihashes in hex, also of peers without an address. */
  metIds (): ReadonlySet<string> {
    return this.#met.ids()
  }

  /** Maintains the node until `signal` aborts. @throws the error of the sink */
  async run (signal: AbortSignal): Promise<void> {
    try {
      await Promise.race([this.#broken.promise, this.#maintain(signal)])
    } catch (err) {
      if (!isAbort(err)) {
        throw err
      }
    }
  }

  async #maintain (signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#deps.beat.beat()
      this.#maintenance.renew()
      await this.#maintenance.join(signal)
      await this.#maintenance.rotate()
      await sleep(this.#deps.clock, TICK_MS, signal)
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#open[Symbol.dispose]()
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const limit = this.#deps.clock.after(STOP_LIMIT_MS, () => {
      resolve(undefined)
    })
    await Promise.race([this.#node.stop(), promise])
    limit[Symbol.dispose]()
  }

  #opened (connection: Connection): void {
    this.#open.opened(connection)

    if (connection.direction === 'inbound') {
      this.#guard(this.#meet(connection, 'inbound'))
    }
  }

  #closed (connection: Connection): void {
    this.#open.closed(connection)
    this.#deps.clock.after(FORGET_MS, () => {
      void this.#maintenance.forget(connection.remotePeer)
    })
  }

  // Only the sink can fail here, which ends the process.
  #guard (work: Promise<void>): void {
    work.catch((err: unknown) => {
      this.#broken.reject(err)
    })
  }

  async #meet (connection: Connection, source: Source): Promise<void> {
    const open = this.#open.get(connection)

    if (open !== undefined) {
      await this.#reports.meet(connection, open, source)
    }
  }

  async #ping (peer: PeerId): Promise<Latency | undefined> {
    const elapsed = stopwatch(this.#deps.clock)

    try {
      const ms = await this.#node.services.ping.ping(peer, { signal: AbortSignal.timeout(PING_LIMIT_MS) })

      return { ms, errorMs: Math.min(ms, elapsed().errorMs) }
    } catch {
      return undefined // it does not answer pings, or is gone
    }
  }
}

function hex (id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}
