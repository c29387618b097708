import type { SendBuffer } from '../stream/send-buffer.ts'

/** Length of a frame header: version, type, flags (2), stream (4), length (4), big-endian (yamux specification). */
export const HEADER_LENGTH = 12

/** Frame types. */
export const TYPE = { data: 0, windowUpdate: 1, ping: 2, goAway: 3 } as const

/** Frame flags. */
export const FLAG = { syn: 1, ack: 2, fin: 4, rst: 8 } as const

/** The stream id of frames for the whole session. */
export const SESSION = 0

/** Bytes that each end may send on a stream before the first window update. */
export const INITIAL_WINDOW = 262_144

/** The first 4 bytes of a header, as one number: version 0, `type` and `flags`. */
export function kindOf (type: number, flags: number): number {
  return type << 16 | flags
}

/** Appends a header. @param kind see {@link kindOf}. */
export function appendHeader (out: SendBuffer, kind: number, stream: number, length: number): void {
  const at = out.reserve(HEADER_LENGTH)
  const bytes = out.storage
  writeUint32(bytes, at, kind)
  writeUint32(bytes, at + 4, stream)
  writeUint32(bytes, at + 8, length)
}

/** The unsigned number in the 4 bytes at `at`. */
export function readUint32 (bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24 | (bytes[at + 1] ?? 0) << 16 | (bytes[at + 2] ?? 0) << 8 | (bytes[at + 3] ?? 0)) >>> 0
}

function writeUint32 (bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
