import { defined } from '../../../core/defined.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { RoutingTable } from '../../../crawler/dht/routing-table.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'
import type { SimulatedNetwork, SimulatedPeer } from './simulated-network.ts'

const DIAL_TIMEOUT_MS = 5_000

type Findings = Omit<VisitResult, 'lane' | 'startedAtMs' | 'durationMs'>

/** Visits the peers of a simulated network; every wait is a timer of the injected clock. */
export class SimulatedVisitor implements Visitor {
  readonly #network: SimulatedNetwork
  readonly #clock: Clock
  readonly #active = new Set<SimulatedPeer | undefined>()

  /** Started visits, by peer. */
  readonly visits = new Map<SimulatedPeer | undefined, number>()

  /** FIND_NODE requests answered. */
  questions = 0

  /** Most visits in flight at once. */
  maxActive = 0

  /** Whether any peer was visited twice at the same time. */
  overlapped = false

  constructor (network: SimulatedNetwork, clock: Clock) {
    this.#network = network
    this.#clock = clock
  }

  async visit (target: VisitTarget, signal: AbortSignal): Promise<VisitResult> {
    const peer = this.#network.find(target.id)
    const startedAtMs = this.#clock.now()
    this.overlapped ||= this.#active.has(peer)
    this.#active.add(peer)
    this.visits.set(peer, (this.visits.get(peer) ?? 0) + 1)
    this.maxActive = Math.max(this.maxActive, this.#active.size)

    try {
      const findings = await this.#meet(peer, target, signal)
      return { lane: 'fast', startedAtMs, durationMs: this.#clock.now() - startedAtMs, ...findings }
    } finally {
      this.#active.delete(peer)
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    // there is nothing to close
  }

  async #meet (peer: SimulatedPeer | undefined, { addresses, plan }: VisitTarget, signal: AbortSignal): Promise<Findings> {
    const address = peer?.addresses.find(own => own[0] === 4 && addresses.some(known => Buffer.compare(known, own) === 0))

    if (addresses.every(known => known[0] !== 4)) {
      return { outcome: 'no-dialable-address', attempts: [] }
    }
    if (peer === undefined || address === undefined || !this.#isUp(peer)) {
      return { outcome: await this.#wait(DIAL_TIMEOUT_MS, signal) ? 'timeout' : 'aborted', attempts: [] }
    }
    if (peer.role === 'hanging') {
      return await new Promise<never>(() => { /* never ends, and heeds no signal */ })
    }

    const latencyMs = 20 + peer.kad % 280

    return await this.#wait(peer.role === 'slow' ? 12_000 : 4 * latencyMs, signal)
      ? this.#answer(peer, { address, plan, latencyMs })
      : { outcome: 'aborted', attempts: [] }
  }

  #answer (peer: SimulatedPeer, { address, plan, latencyMs }: { address: Uint8Array, plan: VisitTarget['plan'], latencyMs: number }): Findings {
    const isServer = peer.role !== 'client'

    return {
      outcome: isServer ? 'ok' : 'identified',
      attempts: [{ address, outcome: 'ok', durationMs: latencyMs }],
      connection: { address, transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false },
      identity: { agentVersion: `simulated/${peer.role}`, protocols: ['/ipfs/id/1.0.0'], listenAddresses: peer.addresses },
      latencyMs,
      ...defined({ routingTable: isServer ? this.#ask(peer, plan) : undefined })
    }
  }

  #ask (peer: SimulatedPeer, plan: VisitTarget['plan']): RoutingTable {
    const replies = this.#replies(peer, plan)
    this.questions += replies.length

    return { queries: replies.length, failed: 0, peers: [...new Set(replies.flat())], ...plan.strategy === 'Topology' ? {} : { closest: plan.strategy === 'Sample' ? 0 : replies[0]?.length ?? 0 } }
  }

  #replies (peer: SimulatedPeer, plan: VisitTarget['plan']): PeerRecord[][] {
    switch (plan.strategy) {
      case 'Topology': return this.#network.table(peer)
      case 'Census': return this.#network.census(peer, ...[plan.bucket, plan.secondBucket].filter(bucket => bucket !== undefined))
      case 'Sample': return this.#network.census(peer, plan.bucket).slice(1)
    }
  }

  #isUp ({ role, fromMs, untilMs }: SimulatedPeer): boolean {
    const now = this.#clock.monotonic()

    return role !== 'dead' && now >= fromMs && now < untilMs
  }

  /** Waits; false when the signal aborted first. */
  async #wait (ms: number, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const onAbort = (): void => {
      resolve(false)
    }
    const timer = this.#clock.after(ms, () => {
      resolve(true)
    })
    signal.addEventListener('abort', onAbort, { once: true })
    const isOver = await promise
    signal.removeEventListener('abort', onAbort)
    timer[Symbol.dispose]()

    return isOver
  }
}
