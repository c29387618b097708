import { AddressPolicy } from '../visit/address-policy.ts'
import { DialLimits } from '../visit/dial-limits.ts'
import { KadProtocols } from '../visit/kad-protocol.ts'
import { LaneVisitor } from '../visit/lane-visitor.ts'
import { preimages } from '../wire/kad-key.ts'
import { FastDialler } from './fast-dialler.ts'
import type { VisitorDeps, VisitorOptions } from '../libp2p/tcp-visitor.ts'

/**
 * Opens the visitor of the fast lane: TCP without a libp2p node. It holds nothing between visits.
 *
 * Takes what the full lane takes, so that one can stand for the other.
 */
export function openFastVisitor (options: VisitorOptions, { clock, dns }: VisitorDeps): LaneVisitor {
  const { kadProtocols, agentVersion, addresses, ...limits } = options
  preimages() // computed now: it takes 0.2 s, which no visit is to wait for

  return new LaneVisitor({
    dialler: new FastDialler({ clock, random: Math.random }, { agentVersion }),
    policy: new AddressPolicy(addresses),
    limits: new DialLimits(addresses),
    dns,
    protocols: new KadProtocols(kadProtocols),
    clock
  }, {
    identifyTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    staggerMs: 250,
    maxParallel: 8,
    ...limits
  }, new AsyncDisposableStack())
}
