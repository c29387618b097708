// libp2p's upgrader replaces whatever fails while a connection is secured by an error of its own
// that keeps only the text. How far the dial had come says the rest, and the text decides only
// between the few things that can go wrong there.
import { classify } from '../../../crawler/peer/classify.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { ProbeError } from '../../../core/errors.ts'

/** How far a dial had come when it failed. */
export type DialStage = 'connect' | 'secure' | 'multiplex'

const TEXTS: readonly (readonly [pattern: RegExp, outcomes: Record<Exclude<DialStage, 'connect'>, Outcome>])[] = [
  [/could not negotiate/, { secure: 'security-unsupported', multiplex: 'no-muxer' }],
  [/no common muxers/, { secure: 'no-muxer', multiplex: 'no-muxer' }],
  // the bare text stands for an event without one: the connection closed while the library wrote
  [/ECONNRESET|EPIPE|Unexpected EOF|closed|reset|transmission error|^Encryption failed$/i, { secure: 'reset', multiplex: 'reset' }],
  [/Missing newline|[Mm]essage length|length too long/, { secure: 'protocol-error', multiplex: 'protocol-error' }]
]

const OTHERWISE = { secure: 'handshake-failed', multiplex: 'protocol-error' } as const

/** What a failed dial means. */
export function dialFault (err: unknown, stage: DialStage): ProbeError<'PP_PEER_FAULT'> {
  const { outcome, detail = '' } = classify(err)

  if (stage === 'connect' || outcome !== 'unknown') {
    return peerFault(outcome, detail, err)
  }

  const known = TEXTS.find(([pattern]) => pattern.test(detail))

  return peerFault(known === undefined ? OTHERWISE[stage] : known[1][stage], detail, err)
}
