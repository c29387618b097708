import { peerFault } from '../../peer/peer-fault.ts'
import { frame } from '../../wire/frames.ts'
import { MALFORMED, readVarint, TRUNCATED } from '../../wire/varint.ts'
import { ReceiveBuffer } from './receive-buffer.ts'

/**
 * multistream-select 1.0 (libp2p specifications, connections): negotiates the protocol of a stream.
 *
 * We always propose optimistically: the header, the protocol and the first bytes of the protocol are sent together,
 * and the answer is read later. Every line is a varint length, a text and a newline.
 */
const MAX_LINE_BYTES = 1_024
const MAX_PREFIX_BYTES = 10
const MAX_PROPOSALS = 8
const NEWLINE = 0x0a
const EMPTY = new Uint8Array(0)

/** A protocol name as a multistream line. */
export function encodeLine (text: string): Uint8Array {
  return frame(Buffer.from(`${text}\n`))
}

const HEADER_TEXT = '/multistream/1.0.0'
const REFUSAL_TEXT = 'na'

/** The line that each end sends first. */
export const HEADER: Uint8Array = encodeLine(HEADER_TEXT)

/** The line that refuses a proposal. */
export const REFUSAL: Uint8Array = encodeLine(REFUSAL_TEXT)

/** A protocol that we propose. Created once per protocol and used for every stream. */
export class Proposal {
  readonly protocol: string

  /** Header and proposal: what we send first, and what a remote that agrees answers. */
  readonly opening: Uint8Array

  constructor (protocol: string) {
    this.protocol = protocol
    this.opening = Buffer.concat([HEADER, encodeLine(protocol)])
  }
}

/** Reads the lines of one end of a stream as they arrive. */
class LineReader {
  readonly #buffer = new ReceiveBuffer(MAX_LINE_BYTES + MAX_PREFIX_BYTES)

  /** Calls `visit` with each complete line until it returns false; returns the bytes after that line. */
  feed (chunk: Uint8Array, visit: (line: string) => boolean): Uint8Array {
    const bytes = this.#buffer.join(chunk)
    const cursor = { position: 0 }
    let at = 0
    let isReading = true

    while (isReading) {
      const length = readVarint(bytes, cursor, bytes.length)

      if (length === MALFORMED || length > MAX_LINE_BYTES) {
        throw peerFault('protocol-error', 'a multistream line is longer than 1 kB')
      }

      const end = cursor.position + length

      if (length === TRUNCATED || bytes.length < end) {
        break
      }

      isReading = visit(textOf(bytes.subarray(cursor.position, end)))
      at = cursor.position = end
    }

    const rest = isReading ? EMPTY : bytes.subarray(at)
    this.#buffer.consume(isReading ? at : bytes.length)

    return rest
  }
}

/** State of a selection. */
export type SelectionState = 'pending' | 'selected' | 'refused'

/** Reads the answer to our proposal. */
export class Selection {
  readonly #proposal: Proposal
  #reader: LineReader | undefined
  #hasHeader = false
  #state: SelectionState = 'pending'

  constructor (proposal: Proposal) {
    this.#proposal = proposal
  }

  /** The remote's answer so far. */
  get state (): SelectionState {
    return this.#state
  }

  /** Whether the remote has sent the multistream header. */
  get hasHeader (): boolean {
    return this.#hasHeader
  }

  /**
   * Reads more bytes; returns those that belong to the selected protocol (none before it is
   * selected). Throws PP_PEER_FAULT for anything but the header, the protocol or a refusal.
   */
  feed (chunk: Uint8Array): Uint8Array {
    const { opening } = this.#proposal

    // nearly every answer arrives in one piece
    if (this.#reader === undefined && startsWith(chunk, opening)) {
      this.#hasHeader = true
      this.#state = 'selected'

      return chunk.subarray(opening.length)
    }

    if (this.#reader === undefined) {
      refuseOtherProtocols(chunk)
      this.#reader = new LineReader()
    }

    return this.#reader.feed(chunk, line => this.#read(line))
  }

  #read (line: string): boolean {
    if (!this.#hasHeader) {
      if (line !== HEADER_TEXT) {
        throw peerFault('protocol-error', 'the remote does not speak multistream-select 1.0')
      }

      this.#hasHeader = true

      return true
    }

    if (line !== REFUSAL_TEXT && line !== this.#proposal.protocol) {
      throw peerFault('protocol-error', 'the remote answers a proposal with another protocol')
    }

    this.#state = line === REFUSAL_TEXT ? 'refused' : 'selected'

    return false
  }
}

/** Answers the remote's proposals on a stream that it opened. */
export class Acceptance {
  readonly #supported: ReadonlySet<string>
  readonly #reader = new LineReader()
  #replies: Uint8Array[] = []
  #hasHeader = false
  #proposals = 0

  /** The agreed protocol, once there is one. */
  protocol: string | undefined

  constructor (supported: ReadonlySet<string>) {
    this.#supported = supported
  }

  /** Reads more bytes; returns the reply and the bytes that belong to the selected protocol. Throws PP_PEER_FAULT. */
  feed (chunk: Uint8Array): { reply: Uint8Array, rest: Uint8Array } {
    this.#replies = []
    const rest = this.#reader.feed(chunk, line => this.#read(line))

    return { reply: Buffer.concat(this.#replies), rest }
  }

  #read (line: string): boolean {
    if (!this.#hasHeader) {
      if (line !== HEADER_TEXT) {
        throw peerFault('protocol-error', 'the remote does not speak multistream-select 1.0')
      }

      this.#hasHeader = true
      this.#replies.push(HEADER)

      return true
    }

    if (++this.#proposals > MAX_PROPOSALS) {
      throw peerFault('protocol-error', 'the remote proposes too many protocols')
    }

    if (!this.#supported.has(line)) {
      this.#replies.push(REFUSAL)

      return true
    }

    this.#replies.push(encodeLine(line))
    this.protocol = line

    return false
  }
}

/** A remote that speaks another protocol (HTTP, SSH) is recognised by its first bytes, without waiting for a whole line. */
function refuseOtherProtocols (chunk: Uint8Array): void {
  const length = Math.min(chunk.length, HEADER.length)

  if (Buffer.compare(chunk.subarray(0, length), HEADER.subarray(0, length)) !== 0) {
    throw peerFault('protocol-error', 'the remote does not speak multistream-select')
  }
}

function textOf (line: Uint8Array): string {
  if (line[line.length - 1] !== NEWLINE) {
    throw peerFault('protocol-error', 'a multistream line does not end in a newline')
  }

  return Buffer.from(line.buffer, line.byteOffset, line.length - 1).toString()
}

function startsWith (bytes: Uint8Array, head: Uint8Array): boolean {
  return bytes.length >= head.length && Buffer.compare(bytes.subarray(0, head.length), head) === 0
}
