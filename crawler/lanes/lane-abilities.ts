// What each lane can do decides whether it is worth a visit after another has failed: a second visit
// costs a peer and us a connection, so it is made only where it can end differently. The QUIC lane
// visits those whom no other transport reached. The full lane can do nothing that the fast lane cannot,
// hence never helps; the day it speaks more, its line here says so.

import { isContacted } from '../../core/contracts/outcome.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'
import type { VisitResult } from '../visit/visitor.ts'

/** What a lane can do. */
export interface LaneAbilities {
  /** Transports that it dials. */
  transports: readonly Transport[]

  /** Security protocols that it negotiates on them; none where the transport brings its own, as QUIC does. */
  securities: readonly string[]

  /** Stream multiplexers that it negotiates on them; none where the transport brings its own. */
  muxers: readonly string[]
}

/** The fast lane (`crawler/fast`). */
export const FAST_LANE: LaneAbilities = { transports: ['tcp', 'ws', 'wss', 'relay'], securities: ['/noise', '/tls/1.0.0'], muxers: ['/yamux/1.0.0'] }

/** The QUIC lane (`crawler/quic`). */
export const QUIC_LANE: LaneAbilities = { transports: ['quic-v1'], securities: [], muxers: [] }

/** The full lane (`crawler/libp2p`). */
export const FULL_LANE: LaneAbilities = { transports: ['tcp'], securities: ['/noise'], muxers: ['/yamux/1.0.0'] }

/** What a lane can do that none of those before it can. */
export function abilitiesBeyond (lane: LaneAbilities, before: readonly LaneAbilities[]): LaneAbilities {
  return {
    transports: lane.transports.filter(transport => !before.some(({ transports }) => transports.includes(transport))),
    securities: lane.securities.filter(security => !before.some(({ securities }) => securities.includes(security))),
    muxers: lane.muxers.filter(muxer => !before.some(({ muxers }) => muxers.includes(muxer)))
  }
}

/** Whether there is anything that it can do. */
export function isOfUse ({ transports, securities, muxers }: LaneAbilities): boolean {
  return transports.length + securities.length + muxers.length > 0
}

/** Whether a lane may dial the address; of a /dnsaddr it shows only when it is resolved. */
export function mayReach ({ transports }: Pick<LaneAbilities, 'transports'>, { transport }: Address): boolean {
  return transports.length > 0 && (transport === undefined || transports.includes(transport))
}

/**
 * Whether a peer may be reached by a transport that was not tried: nobody reached it, and nobody stopped the visit. Where our
 * own limits kept us from one endpoint (strangers may have used it up), another one has a limit of its own.
 */
export function mayBeElsewhere ({ outcome }: Pick<VisitResult, 'outcome'>): boolean {
  return !isContacted(outcome) && outcome !== 'aborted'
}

/** What of a lane's abilities a failed visit lacked: nothing where it failed for another reason, or did not fail. */
export function lackedBy ({ outcome, attempts }: VisitResult): ('securities' | 'muxers')[] {
  if (isContacted(outcome)) {
    return []
  }

  const outcomes = new Set([outcome, ...attempts.map(attempt => attempt.outcome)])

  return LACKS.filter(([word]) => outcomes.has(word)).map(([, ability]) => ability)
}

const LACKS: readonly [Outcome, 'securities' | 'muxers'][] = [
  ['security-unsupported', 'securities'],
  ['no-muxer', 'muxers']
]
