import { defined } from '../../core/defined.ts'
import { isProbeError, ProbeError } from '../../core/errors.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'

/**
 * What a remote did wrong, as the outcome that it means for an attempt or a visit.
 *
 * Dialler and session throw it and the visit turns it into data: it never leaves a visit.
 * Anything else that they throw is a fault of ours.
 */
export function peerFault (outcome: Outcome, message: string, cause?: unknown): ProbeError<'PP_PEER_FAULT'> {
  const details = { outcome }

  return new ProbeError('PP_PEER_FAULT', message, cause === undefined ? { details } : { cause, details })
}

/** The fault of an address where another peer answers. @param provenId multihash of the one that proved itself, where it is known */
export function mismatchFault (message: string, provenId?: Uint8Array): ProbeError<'PP_PEER_FAULT'> {
  const outcome: Outcome = 'peer-id-mismatch'

  return new ProbeError('PP_PEER_FAULT', message, { details: { outcome, ...defined({ provenId }) } })
}

/** Multihash of the peer that proved itself in the place of the one that was dialled; undefined for any other error. */
export function provenIdOf (err: unknown): Uint8Array | undefined {
  const id = isProbeError(err, 'PP_PEER_FAULT') ? err.details['provenId'] : undefined

  return id instanceof Uint8Array ? id : undefined
}

/** The outcome that a fault of a peer means; undefined for any other error. */
export function outcomeOfFault (err: unknown): Outcome | undefined {
  return isProbeError(err, 'PP_PEER_FAULT') ? err.details['outcome'] as Outcome : undefined
}
