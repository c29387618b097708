// The contents of a dead letter. The reason makes it larger than its message, and its topic may have a lower size limit than
// the topic of the message. Hence smaller forms: the last one has a few kB whatever the message contains.
import { DeadLetterHeaders, OMITTED_HEADER } from '../../core/contracts/dead-letter.ts'
import { safeText } from '../store/model/safe-text.ts'
import type { IncomingMessage, OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { RejectedMessage } from './decode.ts'

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
export const DEAD_LETTER_FORMS: readonly ((rejected: RejectedMessage, context: DeadLetterContext) => OutgoingMessage)[] = [whole, withoutValue, reasonAlone]

function whole (rejected: RejectedMessage, context: DeadLetterContext): OutgoingMessage {
  const { key, value, headers } = rejected.message

  return { key, value, headers: { ...ownHeadersRemoved(headers), ...reasonOf(rejected, context) } }
}

function withoutValue (rejected: RejectedMessage, context: DeadLetterContext): OutgoingMessage {
  const { key, value, headers } = whole(rejected, context)

  return { key, value: NOTHING, headers: { ...headers, [OMITTED_HEADER]: String(value.length) } }
}

function reasonAlone (rejected: RejectedMessage, context: DeadLetterContext): OutgoingMessage {
  return { key: '', value: NOTHING, headers: { ...reasonOf(rejected, context), [OMITTED_HEADER]: String(rejected.message.value.length) } }
}

// A producer may have set headers of a dead letter on its message: the omitted-bytes header would prevent the replay.
function ownHeadersRemoved (headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)))
}

function reasonOf ({ message, err, attempts }: RejectedMessage, { topic, at }: DeadLetterContext): Omit<DeadLetterHeaders, typeof OMITTED_HEADER> {
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
