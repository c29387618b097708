import { generateKeyPair } from '@libp2p/crypto/keys'
import { laneVisitor } from '../visit/visitor-options.ts'
import { QuicDialler } from './quic-dialler.ts'
import type { LaneVisitor } from '../visit/lane-visitor.ts'
import type { VisitorDeps, VisitorOptions } from '../visit/visitor-options.ts'

/** Opens the visitor for QUIC. It uses two UDP sockets for all visits. */
export async function openQuicVisitor (options: VisitorOptions, deps: VisitorDeps): Promise<LaneVisitor> {
  await using resources = new AsyncDisposableStack()
  const privateKey = await generateKeyPair('Ed25519')
  const dialler = resources.use(new QuicDialler(deps, { agentVersion: options.agentVersion, privateKey }))

  return laneVisitor(dialler, options, deps, resources.move())
}
