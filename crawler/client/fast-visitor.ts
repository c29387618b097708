import { preimages } from '../dht/kad-key.ts'
import { laneVisitor } from '../visit/visitor-options.ts'
import { FastDialler } from './fast-dialler.ts'
import type { LaneVisitor } from '../visit/lane-visitor.ts'
import type { VisitorDeps, VisitorOptions } from '../visit/visitor-options.ts'

/** Opens the visitor of the fast lane: TCP, WebSocket and relays without a libp2p node. It holds nothing between visits. */
export function openFastVisitor (options: VisitorOptions, deps: VisitorDeps): LaneVisitor {
  preimages() // computed now: it takes 0.2 s, which no visit is to wait for

  return laneVisitor(new FastDialler({ clock: deps.clock, random: Math.random }, options), options, deps, new AsyncDisposableStack())
}
