// Statements of a dump of mysqldump or mariadb-dump, one after the other, whatever the size of the file. The text is cut
// as bytes: in UTF-8 the bytes that matter here are part of no other character.
import { ProbeError } from '../../core/errors.ts'

/** One statement of a dump. */
export interface SqlStatement {
  /** Without the semicolon, with the comments before it. */
  text: Buffer

  /** Number of lists in parentheses that are in no other parentheses: the rows of an INSERT. */
  lists: number
}

/** Larger than a statement that a server accepts by default: rows of one INSERT are cut at 1 MiB. */
const MAX_STATEMENT_BYTES = 67_108_864

const QUOTE = 0x27
const DOUBLE = 0x22
const BACKTICK = 0x60
const BACKSLASH = 0x5c
const SEMICOLON = 0x3b
const OPEN = 0x28
const CLOSE = 0x29
const DASH = 0x2d
const HASH = 0x23
const SLASH = 0x2f
const STAR = 0x2a
const BANG = 0x21
const CAPITAL_M = 0x4d
const NEWLINE = 0x0a

// Bytes that may change the state; all others are passed over, which makes this three times as fast.
const SPECIAL = new Uint8Array(256)
for (const byte of [QUOTE, DOUBLE, BACKTICK, BACKSLASH, OPEN, CLOSE, DASH, HASH, SLASH, STAR, NEWLINE]) {
  SPECIAL[byte] = 1
}

type State = 'plain' | 'line comment' | 'comment begins' | 'comment' | typeof QUOTE | typeof DOUBLE | typeof BACKTICK

/** Cuts the bytes of a dump into statements. */
export class SqlStatements {
  #state: State = 'plain'
  #isEscaped = false
  #before = 0
  #depth = 0
  #lists = 0
  #parts: Buffer[] = []
  #bytes = 0

  /** The text after the last semicolon. */
  get rest (): string {
    return Buffer.concat(this.#parts).toString()
  }

  /** Whether the input ended inside a text or a comment between slashes. */
  get isOpen (): boolean {
    return this.#state !== 'plain' && this.#state !== 'line comment'
  }

  /** The statements that end in these bytes. @throws ProbeError `PP_BACKUP_INVALID` when a statement is too large */
  push (chunk: Buffer): SqlStatement[] {
    const found: SqlStatement[] = []
    let start = 0

    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0

      if (this.#state === 'plain' && byte === SEMICOLON) {
        this.#keep(chunk.subarray(start, i))
        found.push({ text: Buffer.concat(this.#parts), lists: this.#lists })
        this.#parts = []
        this.#bytes = 0
        this.#lists = 0
        this.#depth = 0
        start = i + 1
      } else if (SPECIAL[byte] === 1 || this.#isEscaped || this.#state === 'comment begins') {
        this.#step(byte)
      }

      this.#before = byte
    }

    this.#keep(chunk.subarray(start))

    return found
  }

  #step (byte: number): void {
    switch (this.#state) {
      case 'plain':
        this.#plain(byte)
        return
      case 'line comment':
        this.#state = byte === NEWLINE ? 'plain' : this.#state
        return
      case 'comment begins':
        // A comment that begins with an exclamation mark contains SQL: what is in it counts.
        this.#state = byte === BANG || byte === CAPITAL_M ? 'plain' : 'comment'
        return
      case 'comment':
        this.#state = byte === SLASH && this.#before === STAR ? 'plain' : this.#state
        return
      default:
        this.#quoted(byte, this.#state)
    }
  }

  #plain (byte: number): void {
    if (byte === OPEN) {
      this.#lists += this.#depth === 0 ? 1 : 0
      this.#depth++
    } else if (byte === CLOSE) {
      this.#depth--
    } else {
      this.#state = this.#entered(byte)
    }
  }

  // What a byte begins.
  #entered (byte: number): State {
    switch (byte) {
      case QUOTE:
      case DOUBLE:
      case BACKTICK:
        return byte
      case HASH:
        return 'line comment'
      case DASH:
        return this.#before === DASH ? 'line comment' : 'plain'
      case STAR:
        return this.#before === SLASH ? 'comment begins' : 'plain'
      default:
        return 'plain'
    }
  }

  // Two quotes inside a text end it and begin it again, which comes to the same.
  #quoted (byte: number, quote: number): void {
    if (this.#isEscaped) {
      this.#isEscaped = false
    } else if (byte === BACKSLASH && quote !== BACKTICK) {
      this.#isEscaped = true
    } else if (byte === quote) {
      this.#state = 'plain'
    }
  }

  #keep (part: Buffer): void {
    this.#bytes += part.length

    if (this.#bytes > MAX_STATEMENT_BYTES) {
      throw new ProbeError('PP_BACKUP_INVALID', `a statement has more than ${String(MAX_STATEMENT_BYTES)} bytes`)
    }
    if (part.length > 0) {
      this.#parts.push(part)
    }
  }
}
