// Turns a connection to the passive node into the result of a visit.

import { defined } from '../../core/defined.ts'
import { classify } from '../peer/classify.ts'
import { visitResult } from '../visit/visit-result.ts'
import { bytesOf, connectionFacts } from './connection/connection-facts.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Latency } from '../dial/latency.ts'
import type { Identity } from '../identify/identity.ts'
import type { VisitResult } from '../visit/visitor.ts'
import type { ConnectionFacts } from './connection/connection-facts.ts'
import type { IdentifyResult } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A connection and its data. */
export interface Contact {
  connection: ConnectionFacts
  identified: Omit<IdentifyResult, 'connection' | 'peerId' | 'publicKey'> | undefined

  /** The outcome if it was not identified. */
  outcome: Extract<Outcome, 'connected' | 'identify-failed'>

  startedAtMs: number
  durationMs: number
  latency: Latency | undefined
}

/** The result of a visit by a connection to the passive node. */
export function passiveResult ({ connection, identified, outcome, startedAtMs, durationMs, latency }: Contact): VisitResult {
  return visitResult({ lane: 'passive', startedAtMs, durationMs }, {
    outcome: identified === undefined ? outcome : 'identified',
    connection: connectionFacts(connection),
    identity: identified === undefined ? undefined : identityOf(identified),
    latency
  })
}

/** A dial that failed. */
export interface DialFailure {
  err: unknown
  startedAtMs: number
  durationMs: number
}

/** The addresses and the result of a peer that multicast DNS found and that could not be dialled, with one attempt for each address. */
export function failedFind (found: readonly Multiaddr[], { err, startedAtMs, durationMs }: DialFailure): { addresses: Uint8Array[], result: VisitResult } {
  const { outcome, detail } = classify(err)
  const addresses = found.flatMap(address => bytesOf(address) ?? [])
  const attempts = addresses.map(address => ({ address, outcome, durationMs }))

  return { addresses, result: visitResult({ lane: 'passive', startedAtMs, durationMs }, { outcome, detail, attempts }) }
}

function identityOf ({ protocolVersion, agentVersion, protocols, listenAddrs, observedAddr, signedPeerRecord }: NonNullable<Contact['identified']>): Identity {
  const observed = observedAddr === undefined ? undefined : bytesOf(observedAddr)

  return {
    protocols,
    listenAddresses: listenAddrs.flatMap(address => bytesOf(address) ?? []),
    ...defined({
      protocolVersion,
      agentVersion,
      observedAddress: observed,
      recordSequence: signedPeerRecord?.seq
    })
  }
}
