import { openFastVisitor } from '../client/fast-visitor.ts'
import { KadProtocols } from '../dht/kad-protocol.ts'
import { DialBudget } from '../dial/dial-budget.ts'
import { DialLimits } from '../dial/dial-limits.ts'
import { openVisitor } from '../libp2p/tcp-visitor.ts'
import { openQuicVisitor } from '../quic/quic-visitor.ts'
import { abilitiesBeyond, FAST_LANE, FULL_LANE, isOfUse, QUIC_LANE } from './lane-abilities.ts'
import { LaneChoice } from './lane-choice.ts'
import type { VisitorDeps, VisitorOptions } from '../visit/visitor-options.ts'
import type { Visitor } from '../visit/visitor.ts'
import type { LaneAbilities } from './lane-abilities.ts'

/** A lane, and how to open it. */
export interface LaneKind {
  abilities: LaneAbilities
  open: (options: VisitorOptions, deps: VisitorDeps, signal: AbortSignal) => Promise<Visitor>
}

/** The crawler's lanes, the cheapest first. */
export const LANE_KINDS: readonly [LaneKind, ...LaneKind[]] = [
  { abilities: FAST_LANE, open: async (options, deps) => await Promise.resolve(openFastVisitor(options, deps)) },
  { abilities: QUIC_LANE, open: openQuicVisitor },
  { abilities: FULL_LANE, open: openVisitor }
]

/**
 * Opens a visitor that goes through the first of the lanes that can do anything for a peer.
 *
 * A lane that can do nothing beyond those before it is not opened: a libp2p node that no visit would
 * go to costs memory and a second of start.
 */
export async function openLanes (options: VisitorOptions, deps: VisitorDeps, signal: AbortSignal, kinds = LANE_KINDS): Promise<Visitor> {
  await using opened = new AsyncDisposableStack()
  const { addresses, kadProtocols } = options
  const shared = { limits: new DialLimits(addresses), budget: new DialBudget(deps.clock), protocols: new KadProtocols(kadProtocols), ...deps }
  const [firstKind, ...laterKinds] = kinds
  const first = { abilities: firstKind.abilities, visitor: opened.use(await firstKind.open(options, shared, signal)) }
  const later = []

  for (const [i, { abilities, open }] of laterKinds.entries()) {
    if (isOfUse(abilitiesBeyond(abilities, kinds.slice(0, i + 1).map(kind => kind.abilities)))) {
      later.push({ abilities, visitor: opened.use(await open(options, shared, signal)) })
    }
  }

  opened.move()

  return later.length === 0 ? first.visitor : new LaneChoice({ clock: deps.clock, lanes: [first, ...later] }, options)
}
