/**
 * DER, the encoding of certificates and keys (ITU-T X.690, section 10), as far as libp2p's TLS handshake needs it.
 *
 * Reading is strict: it rejects a length that is not in its shortest form or that exceeds the parent element.
 */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,

  /** Context-specific and constructed: `[n] EXPLICIT` in a schema. */
  explicit: (n: number): number => 0xa0 + n
} as const

const LONG = 0x80
const MAX_LENGTH_BYTES = 3

export interface DerElement {
  /** The content, without tag and length. */
  content: Uint8Array

  /** The whole element, with tag and length. */
  whole: Uint8Array
}

/** Reads elements in sequence. */
export class DerReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor (bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether everything has been read. */
  get isAtEnd (): boolean {
    return this.#at === this.#bytes.length
  }

  /** The tag of the next element; undefined at the end. */
  get nextTag (): number | undefined {
    return this.#bytes[this.#at]
  }

  /** The next element. @throws RangeError at the end, or if the element has another tag */
  read (tag: number): DerElement {
    const start = this.#at

    if (this.#bytes[start] !== tag) {
      throw new RangeError('DER: unexpected element')
    }

    this.#at++
    const length = this.#length()
    const from = this.#at

    if (length > this.#bytes.length - from) {
      throw new RangeError('DER: an element exceeds its parent')
    }

    this.#at = from + length

    return { content: this.#bytes.subarray(from, this.#at), whole: this.#bytes.subarray(start, this.#at) }
  }

  /** Reads the next element if it has the tag. */
  readIf (tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.read(tag) : undefined
  }

  /** A reader of the next element's content. */
  enter (tag: number): DerReader {
    return new DerReader(this.read(tag).content)
  }

  /** @throws RangeError if something is left to read */
  end (): void {
    if (!this.isAtEnd) {
      throw new RangeError('DER: trailing data')
    }
  }

  #length (): number {
    const first = this.#bytes[this.#at++] ?? LONG

    if (first < LONG) {
      return first
    }

    const count = first - LONG
    let length = 0

    for (let i = 0; i < count && i < MAX_LENGTH_BYTES; i++) {
      length = length * 256 + (this.#bytes[this.#at++] ?? 0)
    }

    if (count === 0 || count > MAX_LENGTH_BYTES || length < LONG || length < 256 ** (count - 1)) {
      throw new RangeError('DER: a length is not in its shortest form')
    }

    return length
  }
}

/** Encodes an element. */
export function encodeDer (tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  const { length } = content
  const bytes = length < LONG ? [length] : length < 256 ? [LONG + 1, length] : [LONG + 2, length >> 8, length & 0xff]

  if (length > 0xffff) {
    throw new RangeError('DER: cannot encode an element of more than 64 kB')
  }

  return Buffer.concat([Uint8Array.of(tag, ...bytes), content])
}

/** Encodes an object identifier, given in dotted decimal form. */
export function encodeOid (text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)

  return encodeDer(DER.oid, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128 (n: number): number[] {
  const digits = [n % 128]

  for (let rest = Math.floor(n / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(128 + rest % 128)
  }

  return digits
}
