import { preimages } from '../dht/kad-key.ts'
import { laneVisitor } from '../visit/visitor-options.ts'
import { ClientDialler } from './client-dialler.ts'
import type { LaneVisitor } from '../visit/lane-visitor.ts'
import type { VisitorDeps, VisitorOptions } from '../visit/visitor-options.ts'

/** Opens the visitor for TCP, WebSocket and relays. It keeps nothing open between visits. */
export function openClientVisitor (options: VisitorOptions, deps: VisitorDeps): LaneVisitor {
  preimages() // computed now: no visit should wait for these 0.2 s

  return laneVisitor(new ClientDialler({ clock: deps.clock, random: Math.random }, options), options, deps, new AsyncDisposableStack())
}
