import { failedFind, passiveResult } from './passive-result.ts'
import { Sightings } from './sightings.ts'
import type { Source } from '../../core/contracts/visit.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { CompletedVisit, VisitSink } from '../engine/population/visit-sink.ts'
import type { OpenConnection } from './open-connections.ts'
import type { DialFailure } from './passive-result.ts'
import type { RecentVisitors } from './recent-visitors.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Most sightings that wait for the sink; more are refused and counted. */
const MAX_WAITING = 1_000

export interface SightingReportsDeps {
  clock: Clock
  sink: VisitSink
  met: RecentVisitors

  /** Round-trip time to a connected peer; undefined if it does not answer. */
  ping: (peer: PeerId) => Promise<Latency | undefined>

  onVisit: (visit: CompletedVisit) => void
}

/** Turns the passive node's sightings into visits, one per peer and source in ten minutes. */
export class SightingReports {
  readonly #deps: SightingReportsDeps
  readonly #sightings: Sightings
  #waiting = 0
  #refusedWaiting = 0

  constructor (deps: SightingReportsDeps) {
    this.#deps = deps
    this.#sightings = new Sightings(() => deps.clock.now())
  }

  /** Sightings refused since the start. */
  get refused (): number {
    return this.#sightings.refused + this.#refusedWaiting
  }

  /** Waits until a connected peer has identified itself, pings it and reports it. @throws the error of the sink */
  async meet (connection: Connection, open: OpenConnection, source: Source): Promise<void> {
    const { clock, met, ping } = this.#deps
    const identified = await open.identified
    const id = connection.remotePeer.toMultihash().bytes
    const crawlId = this.#sightings.note(Buffer.from(id).toString('hex'), source)

    if (crawlId !== undefined) {
      const latency = identified === undefined ? undefined : await ping(connection.remotePeer)
      const outcome = connection.status === 'open' ? 'identify-failed' : 'connected'
      const durationMs = clock.monotonic() - open.sinceMs
      const result = passiveResult({ connection, identified, outcome, startedAtMs: open.openedAtMs, durationMs, latency })
      const addresses = result.identity?.listenAddresses ?? []
      met.note(id, addresses)
      await this.#report({ crawlId, attempt: 1, discoveryType: 'passive', source, id, addresses, result })
    }

    open.isDone = true
  }

  /** Reports a peer of the local network that could not be dialled. @throws the error of the sink */
  async failed (peer: PeerId, found: readonly Multiaddr[], failure: DialFailure): Promise<void> {
    const id = peer.toMultihash().bytes
    const crawlId = this.#sightings.note(Buffer.from(id).toString('hex'), 'mdns')

    if (crawlId !== undefined) {
      await this.#report({ crawlId, attempt: 1, discoveryType: 'passive', source: 'mdns', id, ...failedFind(found, failure) })
    }
  }

  async #report (visit: CompletedVisit): Promise<void> {
    if (this.#waiting >= MAX_WAITING) {
      this.#refusedWaiting++
      return
    }

    this.#waiting++

    try {
      await this.#deps.sink.ready()
    } finally {
      this.#waiting--
    }

    this.#deps.sink.accept(visit)
    this.#deps.onVisit(visit)
  }
}
