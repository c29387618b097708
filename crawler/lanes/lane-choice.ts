// One visit through several lanes: the cheapest first, and a more expensive one only where it can do what the
// visit so far lacked, or dials what was not dialled: a port that is closed to one lane is as closed to
// the next, but behind many a dead TCP address there is a peer with QUIC.

import { furthestOutcome } from '../../core/contracts/outcome.ts'
import { readAddress } from '../address/address-reader.ts'
import { Deadline } from '../peer/deadline.ts'
import { abilitiesBeyond, lackedBy, mayBeElsewhere, mayReach } from './lane-abilities.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { Visitor, VisitResult } from '../visit/visitor.ts'
import type { LaneAbilities } from './lane-abilities.ts'

/** An open lane. */
export interface OpenLane {
  visitor: Visitor
  abilities: LaneAbilities
}

/** What the choice needs. */
export interface LaneChoiceDeps {
  clock: Clock

  /** The first is tried with every peer, the others in their order. Disposed of with the choice, last first. */
  lanes: readonly [OpenLane, ...OpenLane[]]
}

interface LaterLane extends OpenLane {
  /** What no lane before it can do. */
  beyond: LaneAbilities
}

/** Visits through the first lane that gets anywhere. */
export class LaneChoice implements Visitor {
  readonly #clock: Clock
  readonly #first: Visitor
  readonly #later: readonly LaterLane[]
  readonly #visitTimeoutMs: number

  /** @param options the limit is that of one visit, however many lanes it takes */
  constructor ({ clock, lanes }: LaneChoiceDeps, { visitTimeoutMs }: { visitTimeoutMs: number }) {
    const [first, ...later] = lanes
    const abilities = lanes.map(lane => lane.abilities)
    this.#clock = clock
    this.#first = first.visitor
    this.#later = later.map((lane, i) => ({ ...lane, beyond: abilitiesBeyond(lane.abilities, abilities.slice(0, i + 1)) }))
    this.#visitTimeoutMs = visitTimeoutMs
  }

  async visit (target: VisitTarget, signal: AbortSignal): Promise<VisitResult> {
    let result = await this.#first.visit(target, signal)

    for (const lane of this.#later) {
      const leftMs = this.#visitTimeoutMs - result.durationMs

      if (leftMs > 0 && !signal.aborted && canHelp(lane, result, target)) {
        using deadline = new Deadline(this.#clock, leftMs, signal)
        result = merge(result, await lane.visitor.visit(target, deadline.signal))
      }
    }

    return result
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await using lanes = new AsyncDisposableStack()
    lanes.use(this.#first)
    this.#later.forEach(({ visitor }) => lanes.use(visitor))
  }
}

/** Whom nobody reached may answer at a new transport; at one that was tried, the lane must speak what the others lacked. */
function canHelp ({ abilities, beyond }: LaterLane, result: VisitResult, { addresses }: VisitTarget): boolean {
  const isOpen = mayBeElsewhere(result)
  const speaksMore = lackedBy(result).some(ability => beyond[ability].length > 0)

  if (!isOpen && !speaksMore) {
    return false
  }

  const read = addresses.map(readAddress).filter(address => address !== undefined)

  return read.some(address => (isOpen && mayReach(beyond, address)) || (speaksMore && mayReach(abilities, address)))
}

/** The visit that got furthest tells of the peer; all attempts count. */
function merge (first: VisitResult, second: VisitResult): VisitResult {
  const further = furthestOutcome([first.outcome, second.outcome]) === first.outcome ? first : second

  return {
    ...further,
    startedAtMs: first.startedAtMs,
    durationMs: first.durationMs + second.durationMs,
    attempts: [...first.attempts, ...second.attempts]
  }
}
