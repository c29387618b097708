// Maps errors of Node.js and libp2p to outcomes, in this one place. Only codes and names decide, since they are part
// of an interface; an error's text does not.
import { isAbort } from '../../core/time/signals.ts'
import { outcomeOfFault, peerFault } from './peer-fault.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'

/** An outcome, and the error's text where the outcome alone does not explain it. */
export interface Classified {
  outcome: Outcome
  detail?: string
}

const BY_CODE: Partial<Record<string, Outcome>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EAFNOSUPPORT: 'unreachable',
  EINVAL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  EMFILE: 'limit-exceeded',
  ENFILE: 'limit-exceeded',
  ENOBUFS: 'limit-exceeded',
  ENOTFOUND: 'dns-failed'
}

const BY_NAME: Partial<Record<string, Outcome>> = {
  TimeoutError: 'timeout',
  ConnectionClosedError: 'reset',
  ConnectionClosingError: 'reset',
  MuxerClosedError: 'reset',
  StreamResetError: 'reset',
  StreamClosedError: 'reset',
  StreamStateError: 'reset',
  UnexpectedEOFError: 'reset',
  UnexpectedPeerError: 'peer-id-mismatch',
  InvalidCryptoExchangeError: 'handshake-failed',
  InvalidCryptoTransmissionError: 'handshake-failed',
  TransportUnavailableError: 'unsupported-transport',
  UnsupportedProtocolError: 'protocol-error',
  InvalidMessageError: 'protocol-error',
  InvalidMessageLengthError: 'protocol-error',
  InvalidDataLengthError: 'protocol-error',
  InvalidDataLengthLengthError: 'protocol-error',
  StreamBufferError: 'protocol-error',
  ProtocolError: 'protocol-error',
  InvalidFrameError: 'protocol-error',
  ReceiveWindowExceededError: 'protocol-error'
}

/** Outcomes that need no detail. */
const SELF_EXPLANATORY = new Set<Outcome>(['refused', 'timeout', 'unreachable', 'reset', 'aborted', 'limit-exceeded', 'peer-id-mismatch'])

/** The outcome of any thrown value. Never throws; an unrecognised error becomes `unknown` with its text. */
export function classify (thrown: unknown): Classified {
  const err = unwrap(thrown)
  const outcome = outcomeOf(err)

  return SELF_EXPLANATORY.has(outcome) ? { outcome } : { outcome, detail: textOf(err) }
}

/** When a stream closes while libp2p waits for an event, it rejects with the close event itself. */
function unwrap (thrown: unknown): unknown {
  if (!(thrown instanceof Event) || thrown.type !== 'close') {
    return thrown
  }

  return 'error' in thrown && thrown.error instanceof Error ? thrown.error : peerFault('reset', 'the stream was closed')
}

function outcomeOf (err: unknown): Outcome {
  const code: unknown = err instanceof Error && 'code' in err ? err.code : undefined
  const name = err instanceof Error ? err.name : ''

  return outcomeOfFault(err) ?? (typeof code === 'string' ? BY_CODE[code] : undefined) ?? BY_NAME[name] ?? (isAbort(err) ? 'aborted' : 'unknown')
}

function textOf (err: unknown): string {
  try {
    return err instanceof Error ? err.message : String(err)
  } catch {
    return 'an error without a text'
  }
}
