import { preimages } from '../dht/kad-key.ts'
import { laneVisitor } from '../visit/visitor-options.ts'
import { CrawlHost } from './host.ts'
import { Libp2pDialler } from './libp2p-dialler.ts'
import type { LaneVisitor } from '../visit/lane-visitor.ts'
import type { VisitorDeps, VisitorOptions } from '../visit/visitor-options.ts'

/** Opens the visitor of the full lane: TCP through a libp2p node. */
export async function openVisitor (options: VisitorOptions, deps: VisitorDeps, signal: AbortSignal): Promise<LaneVisitor> {
  await using resources = new AsyncDisposableStack()
  const host = resources.use(await CrawlHost.open(options.agentVersion, signal))
  preimages() // computed now: it takes 0.2 s, which no visit is to wait for

  return laneVisitor(new Libp2pDialler(host, deps.clock), options, deps, resources.move())
}
