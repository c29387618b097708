import { defined } from '../../core/defined.ts'
import { isProbeError, ProbeError } from '../../core/errors.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'

/**
 * The error for a fault of the remote, with the outcome of the attempt or visit.
 *
 * Diallers and sessions throw it, and the visit turns it into data: it never leaves a visit. Any other error that
 * they throw is a bug in the crawler.
 */
export function peerFault (outcome: Outcome, message: string, cause?: unknown): ProbeError<'PP_PEER_FAULT'> {
  const details = { outcome }

  return new ProbeError('PP_PEER_FAULT', message, cause === undefined ? { details } : { cause, details })
}

/** The error for an address where another peer answers. @param provenId multihash of the peer that proved its identity, if known */
export function mismatchFault (message: string, provenId?: Uint8Array): ProbeError<'PP_PEER_FAULT'> {
  const outcome: Outcome = 'peer-id-mismatch'

  return new ProbeError('PP_PEER_FAULT', message, { details: { outcome, ...defined({ provenId }) } })
}

/** Multihash of the peer that answered in place of the dialled one; undefined for any other error. */
export function provenIdOf (err: unknown): Uint8Array | undefined {
  const id = isProbeError(err, 'PP_PEER_FAULT') ? err.details['provenId'] : undefined

  return id instanceof Uint8Array ? id : undefined
}

/** The outcome of a peer fault; undefined for any other error. */
export function outcomeOfFault (err: unknown): Outcome | undefined {
  return isProbeError(err, 'PP_PEER_FAULT') ? err.details['outcome'] as Outcome : undefined
}
