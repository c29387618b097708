// The only entry point for messages: everything behind it is valid. A refusal depends on the message and
// the clock alone, never on the consumer's state: the same message is refused every time.
import { Crawl, CRAWL_TYPE } from '../../core/contracts/crawl.ts'
import { MESSAGE_LIMITS, Visit, VISIT_TYPE } from '../../core/contracts/visit.ts'
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { parseWith } from '../../core/process/config.ts'
import { isVisit } from './visit-check.ts'
import type { IncomingMessage } from '../../core/bus/port/event-bus.ts'

/** A valid message, which is to be stored. */
export type StorableMessage =
  | { kind: 'visit', message: IncomingMessage, visit: Visit }
  | { kind: 'crawl', message: IncomingMessage, crawl: Crawl }

/** A message that cannot be stored, and why: it becomes a dead letter. */
export interface RejectedMessage {
  kind: 'rejected'
  message: IncomingMessage
  err: ProbeError

  /** How many times decoding or storing was attempted. */
  attempts: number
}

/** What a message turned out to be. */
export type DecodedMessage = StorableMessage | RejectedMessage

/** How far the clock of another machine may be ahead, in milliseconds. A later time would win against every correct one. */
export const MAX_AHEAD_MS = 300_000

const VERSION = 1
const TYPE_PREFIX = 'dev.peerprobe.'
const MAX_PROBLEM_CHARS = 1_000

// Databases of the MySQL family keep times from 1970-01-01 00:00:01 on.
const EARLIEST_MS = 1_000

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads one message. Whatever its bytes, it never throws: a rejected message has one of the codes `PP_MESSAGE_TOO_LARGE`,
 * `PP_MESSAGE_VERSION`, `PP_MESSAGE_INVALID`, `PP_MESSAGE_FUTURE` and `PP_LEGACY_MESSAGE`.
 */
export function decode (message: IncomingMessage, nowMs: number): DecodedMessage {
  try {
    return storableFrom(message, nowMs)
  } catch (err) {
    if (!isProbeError(err)) {
      throw err
    }

    return { kind: 'rejected', message, err, attempts: 1 }
  }
}

function storableFrom (message: IncomingMessage, nowMs: number): StorableMessage {
  const { headers, value } = message

  if (value.byteLength > MESSAGE_LIMITS.bytes) {
    throw new ProbeError('PP_MESSAGE_TOO_LARGE', `message of ${String(value.byteLength)} bytes, at most ${String(MESSAGE_LIMITS.bytes)} allowed`)
  }

  switch (headers['ce_type']) {
    case VISIT_TYPE: return { kind: 'visit', message, visit: decodeVisit(value, nowMs) }
    case CRAWL_TYPE: return { kind: 'crawl', message, crawl: decodeCrawl(value, nowMs) }
    default: throw isLegacy(headers, value) ? legacy() : unknownType(headers['ce_type'])
  }
}

// PeerProbe never sent such a message: its messages have a type in their headers and a version in their body.
function isLegacy (headers: IncomingMessage['headers'], value: Uint8Array): boolean {
  if (headers['ce_type'] !== undefined) {
    return false
  }

  try {
    const body: unknown = JSON.parse(utf8.decode(value))
    return typeof body === 'object' && body !== null && !Array.isArray(body) && !('version' in body)
  } catch {
    return false // not JSON: PP_MESSAGE_INVALID
  }
}

function decodeVisit (value: Uint8Array, nowMs: number): Visit {
  const body = parseJson(value)
  const visit = isVisit(body) ? body : parseBody(Visit, body)
  checkTime('startedAt', visit.startedAt, nowMs)
  checkCrawlId(visit.crawlId, nowMs)

  return visit
}

function decodeCrawl (value: Uint8Array, nowMs: number): Crawl {
  const crawl = parseBody(Crawl, parseJson(value))
  checkTime('startedAt', crawl.startedAt, nowMs)
  checkCrawlId(crawl.crawlId, nowMs)

  if (crawl.finishedAt !== undefined) {
    checkTime('finishedAt', crawl.finishedAt, nowMs)
  }

  return crawl
}

function parseBody<Schema extends typeof Visit | typeof Crawl> (schema: Schema, body: unknown): ReturnType<Schema['parse']> {
  const version: unknown = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined

  if (typeof version === 'number' && version > VERSION) {
    throw new ProbeError('PP_MESSAGE_VERSION', `version ${String(version)}: this consumer reads version ${String(VERSION)}`)
  }

  try {
    return parseWith(schema, body, { code: 'PP_MESSAGE_INVALID', what: 'message' }) as ReturnType<Schema['parse']>
  } catch (err) {
    throw new ProbeError('PP_MESSAGE_INVALID', errorText(err).slice(0, MAX_PROBLEM_CHARS), { cause: err })
  }
}

function parseJson (value: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(value))
  } catch (err) {
    throw new ProbeError('PP_MESSAGE_INVALID', `message is not JSON: ${errorText(err)}`, { cause: err })
  }
}

function checkTime (field: string, text: string, nowMs: number): void {
  const ms = Date.parse(text)

  // The schema's pattern accepts the 30th of February; the round trip does not.
  if (Number.isNaN(ms) || ms < EARLIEST_MS || new Date(ms).toISOString() !== text) {
    throw new ProbeError('PP_MESSAGE_INVALID', `${field}: ${text} is not a time that can be stored`)
  }
  if (ms > nowMs + MAX_AHEAD_MS) {
    throw new ProbeError('PP_MESSAGE_FUTURE', `${field}: ${text} is ${String(ms - nowMs)} ms ahead of this consumer's clock`)
  }
}

// Retention uses the start of the crawl: a crawl in the future would never be removed, and would abort all crawls before it.
function checkCrawlId (crawlId: number, nowMs: number): void {
  if (crawlId * 1_000 > nowMs + MAX_AHEAD_MS) {
    throw new ProbeError('PP_MESSAGE_FUTURE', `crawlId: ${String(crawlId)} is ahead of this consumer's clock`)
  }
}

function legacy (): ProbeError {
  return new ProbeError('PP_LEGACY_MESSAGE', 'a JSON object without a type and a version, as programs before PeerProbe sent it')
}

function unknownType (type: string | undefined): ProbeError {
  if (type?.startsWith(TYPE_PREFIX) === true) {
    return new ProbeError('PP_MESSAGE_VERSION', `type ${type.slice(0, 100)} is not known to this consumer`)
  }

  return new ProbeError('PP_MESSAGE_INVALID', type === undefined ? 'no ce_type header' : `ce_type ${type.slice(0, 100)} is not a type of PeerProbe`)
}
