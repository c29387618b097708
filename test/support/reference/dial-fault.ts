// If securing a connection fails, libp2p's upgrader throws its own error, which keeps only the text. The stage of the
// dial gives most of the outcome; the text only decides between the few faults of that stage.
import { classify } from '../../../crawler/peer/classify.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { ProbeError } from '../../../core/errors.ts'

/** The stage in which a dial failed. */
export type DialStage = 'connect' | 'secure' | 'multiplex'

const TEXTS: readonly (readonly [pattern: RegExp, outcomes: Record<Exclude<DialStage, 'connect'>, Outcome>])[] = [
  [/could not negotiate/, { secure: 'security-unsupported', multiplex: 'no-muxer' }],
  [/no common muxers/, { secure: 'no-muxer', multiplex: 'no-muxer' }],
  // an error without a text means that the connection closed while the library wrote
  [/ECONNRESET|EPIPE|Unexpected EOF|closed|reset|transmission error|^Encryption failed$/i, { secure: 'reset', multiplex: 'reset' }],
  [/Missing newline|[Mm]essage length|length too long/, { secure: 'protocol-error', multiplex: 'protocol-error' }]
]

const OTHERWISE = { secure: 'handshake-failed', multiplex: 'protocol-error' } as const

/** The fault of a failed dial. */
export function dialFault (err: unknown, stage: DialStage): ProbeError<'PP_PEER_FAULT'> {
  const { outcome, detail = '' } = classify(err)

  if (stage === 'connect' || outcome !== 'unknown') {
    return peerFault(outcome, detail, err)
  }

  const known = TEXTS.find(([pattern]) => pattern.test(detail))

  return peerFault(known === undefined ? OTHERWISE[stage] : known[1][stage], detail, err)
}
