// The only entry point for messages with routing tables: everything behind it is valid, and its texts are ids, names of scans and
// outcomes. There are no dead letters for them: a crawl of which a message is invalid has no file.
import { Neighbours, NEIGHBOURS_END_TYPE, NEIGHBOURS_TYPE, NeighboursEnd } from '../../core/contracts/edges/neighbours.ts'
import { MESSAGE_LIMITS } from '../../core/contracts/visit.ts'
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { parseWith } from '../../core/process/config.ts'
import { MAX_AHEAD_MS } from '../pipeline/decode.ts'
import { MAX_SCAN_CHARS } from './edge-file-name.ts'
import type { IncomingMessage } from '../../core/bus/port/event-bus.ts'

/** What a message turned out to be. */
export type DecodedNeighbours =
  | { kind: 'table', table: Neighbours }
  | { kind: 'end', end: NeighboursEnd }
  | { kind: 'rejected', err: ProbeError }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads one message; never throws, whatever its bytes. */
export function decodeNeighbours ({ headers, value }: Pick<IncomingMessage, 'headers' | 'value'>, nowMs: number): DecodedNeighbours {
  if (value.byteLength > MESSAGE_LIMITS.bytes) {
    return rejected('PP_MESSAGE_TOO_LARGE', `message of ${String(value.byteLength)} bytes, at most ${String(MESSAGE_LIMITS.bytes)} allowed`)
  }

  try {
    switch (headers['ce_type']) {
      case NEIGHBOURS_TYPE: return { kind: 'table', table: parse(Neighbours, value, nowMs) as Neighbours }
      case NEIGHBOURS_END_TYPE: return { kind: 'end', end: parse(NeighboursEnd, value, nowMs) as NeighboursEnd }
      default: return rejected('PP_MESSAGE_VERSION', `type ${String(headers['ce_type']).slice(0, 100)} is not known to this consumer`)
    }
  } catch (err) {
    return { kind: 'rejected', err: isProbeError(err) ? err : new ProbeError('PP_MESSAGE_INVALID', errorText(err).slice(0, 1_000), { cause: err }) }
  }
}

function parse (schema: typeof Neighbours | typeof NeighboursEnd, value: Uint8Array, nowMs: number): Neighbours | NeighboursEnd {
  const message = parseWith(schema, JSON.parse(utf8.decode(value)), { code: 'PP_MESSAGE_INVALID', what: 'message' })

  if (message.scan.length > MAX_SCAN_CHARS) {
    throw new ProbeError('PP_MESSAGE_INVALID', `scan: must have at most ${String(MAX_SCAN_CHARS)} characters`)
  }

  // The file of a crawl in the future would never be removed, and would end all crawls before it.
  if (message.crawlId * 1_000 > nowMs + MAX_AHEAD_MS) {
    throw new ProbeError('PP_MESSAGE_FUTURE', `crawlId: ${String(message.crawlId)} is ahead of this consumer's clock`)
  }

  return message
}

function rejected (code: 'PP_MESSAGE_TOO_LARGE' | 'PP_MESSAGE_VERSION', message: string): DecodedNeighbours {
  return { kind: 'rejected', err: new ProbeError(code, message) }
}
