/** A place in a byte array that reading moves. */
export interface Cursor {
  position: number
}

/** The bytes ended inside the number: more of a stream may complete it. */
export const TRUNCATED = -1

/** More bytes than 64 bits need: nothing that follows makes sense of it. */
export const MALFORMED = -2

const MAX_VARINT_BYTES = 10

/**
 * Reads one unsigned LEB128 number of at most 64 bits and moves the cursor past it.
 *
 * Values above 2^53 lose precision, which does no harm to lengths: they are past every
 * bound. {@link readUint64} reads those that count.
 *
 * @returns the value, {@link TRUNCATED} or {@link MALFORMED}; the cursor stays where it was in both of these
 */
export function readVarint (bytes: Uint8Array, cursor: Cursor, end: number): number {
  let value = 0
  let scale = 1

  for (let at = cursor.position, last = at + MAX_VARINT_BYTES; at < last; at++) {
    if (at >= end) {
      return TRUNCATED
    }

    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * scale
    scale *= 128

    if (byte < 0x80) {
      cursor.position = at + 1

      return value
    }
  }

  return MALFORMED
}

/** The number at `position`, exact; what passes 64 bits is cut off. The caller knows that it is complete. */
export function readUint64 (bytes: Uint8Array, position: number): bigint {
  let value = 0n

  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = bytes[position + i] ?? 0
    value |= BigInt(byte & 0x7f) << BigInt(7 * i)

    if (byte < 0x80) {
      break
    }
  }

  return BigInt.asUintN(64, value)
}

/** Nearly all that is written is a length or a field below 128. */
const SHORT = Array.from({ length: 0x80 }, (_, value) => Uint8Array.of(value))

/** Bytes of a number from 0 to 2^53 - 1. They are shared: not to be changed. */
export function encodeVarint (value: number): Uint8Array {
  const short = SHORT[value]

  if (short !== undefined) {
    return short
  }

  const out: number[] = []

  while (value > 0x7f) {
    out.push(value % 128 | 0x80)
    value = Math.floor(value / 128)
  }
  out.push(value)

  return Uint8Array.from(out)
}
