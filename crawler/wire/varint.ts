/** A position in a byte array, advanced by reading. */
export interface Cursor {
  position: number
}

/** The bytes end inside the number; more bytes may complete it. */
export const TRUNCATED = -1

/** The number has more bytes than 64 bits need; more bytes cannot fix it. */
export const MALFORMED = -2

const MAX_VARINT_BYTES = 10

/**
 * Reads one unsigned LEB128 number of at most 64 bits and moves the cursor past it.
 *
 * Values above 2^53 lose precision. That does not matter for lengths, since they are above every limit. Use {@link
 * readUint64} where the exact value matters.
 *
 * @returns the value, {@link TRUNCATED} or {@link MALFORMED}; in the last two cases the cursor does not move
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

/** The exact number at `position`, truncated to 64 bits. The caller knows that it is complete. */
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

/** Nearly every number written is a length or a field key below 128. */
const SHORT = Array.from({ length: 0x80 }, (_, value) => Uint8Array.of(value))

/** Encodes a number from 0 to 2^53 - 1. The bytes are shared: do not modify them. */
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
