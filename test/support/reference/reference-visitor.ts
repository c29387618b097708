import { preimages } from '../../../crawler/dht/kad-key.ts'
import { laneVisitor } from '../../../crawler/visit/visitor-options.ts'
import { ReferenceDialler } from './reference-dialler.ts'
import { ReferenceHost } from './reference-host.ts'
import type { LaneVisitor } from '../../../crawler/visit/lane-visitor.ts'
import type { VisitorDeps, VisitorOptions } from '../../../crawler/visit/visitor-options.ts'

/** Opens the reference visitor: TCP by a libp2p node. */
export async function openReferenceVisitor (options: VisitorOptions, deps: VisitorDeps, signal: AbortSignal): Promise<LaneVisitor> {
  await using resources = new AsyncDisposableStack()
  const host = resources.use(await ReferenceHost.open(options.agentVersion, signal))
  preimages() // computed now: no visit should wait for these 0.2 s

  return laneVisitor(new ReferenceDialler(host, deps.clock), options, deps, resources.move())
}
