// What a dead letter looks like. It is larger than its message by the reason beside it, and its topic may take less than the
// topic of the message: so there are smaller forms of it. The last one has a few kB whatever the message holds.
import { DeadLetterHeaders, OMITTED_HEADER } from '../../core/contracts/dead-letter.ts'
import { safeText } from '../store/model/safe-text.ts'
import type { IncomingMessage, OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { ProbeError } from '../../core/errors.ts'

/** A message that cannot be stored, and why. */
export interface DeadLetter {
  message: IncomingMessage
  err: ProbeError

  /** How often storing it was tried. */
  attempts: number
}

/** Where and when a message was given up. */
export interface DeadLetterContext {
  /** Topic of the message. */
  topic: string

  /** RFC 3339. */
  at: string
}

const MAX_REASON = 1_024
const NOTHING = new Uint8Array(0)
const OWN_HEADERS: ReadonlySet<string> = new Set(Object.keys(DeadLetterHeaders.shape))

/** From the whole message to the reason alone. */
export const DEAD_LETTER_FORMS: readonly ((letter: DeadLetter, context: DeadLetterContext) => OutgoingMessage)[] = [whole, withoutValue, reasonAlone]

function whole (letter: DeadLetter, context: DeadLetterContext): OutgoingMessage {
  const { key, value, headers } = letter.message

  return { key, value, headers: { ...foreign(headers), ...reasonOf(letter, context) } }
}

function withoutValue (letter: DeadLetter, context: DeadLetterContext): OutgoingMessage {
  const { key, value, headers } = whole(letter, context)

  return { key, value: NOTHING, headers: { ...headers, [OMITTED_HEADER]: String(value.length) } }
}

function reasonAlone (letter: DeadLetter, context: DeadLetterContext): OutgoingMessage {
  return { key: '', value: NOTHING, headers: { ...reasonOf(letter, context), [OMITTED_HEADER]: String(letter.message.value.length) } }
}

// Whoever wrote the message may have given it headers of a dead letter: one would keep it from being replayed.
function foreign (headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)))
}

function reasonOf ({ message, err, attempts }: DeadLetter, { topic, at }: DeadLetterContext): Omit<DeadLetterHeaders, typeof OMITTED_HEADER> {
  return {
    'peerprobe-topic': topic,
    'peerprobe-partition': String(message.partition),
    'peerprobe-offset': String(message.offset),
    'peerprobe-error-code': err.code,
    'peerprobe-error-message': safeText(err.message.slice(0, MAX_REASON)),
    'peerprobe-attempts': String(attempts),
    'peerprobe-at': at
  }
}
