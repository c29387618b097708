import { generateKeyPair } from '@libp2p/crypto/keys'
import { AddressPolicy } from '../visit/address-policy.ts'
import { DialLimits } from '../visit/dial-limits.ts'
import { KadProtocols } from '../visit/kad-protocol.ts'
import { LaneVisitor } from '../visit/lane-visitor.ts'
import { QuicDialler } from './quic-dialler.ts'
import type { VisitorDeps, VisitorOptions } from '../libp2p/tcp-visitor.ts'

/** Opens the visitor of the QUIC lane, for peers that only QUIC reaches. It holds two UDP sockets for all visits. */
export async function openQuicVisitor (options: VisitorOptions, { clock, dns }: VisitorDeps): Promise<LaneVisitor> {
  const { kadProtocols, agentVersion, addresses, ...limits } = options
  const policy = new AddressPolicy(addresses)
  await using resources = new AsyncDisposableStack()
  const dialler = resources.use(new QuicDialler({ clock }, { agentVersion, privateKey: await generateKeyPair('Ed25519') }))

  return new LaneVisitor({ dialler, policy, limits: new DialLimits(addresses), dns, protocols: new KadProtocols(kadProtocols), clock }, {
    identifyTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    staggerMs: 250,
    maxParallel: 8,
    ...limits
  }, resources.move())
}
