// The maximum decompressed size of an LZ4 frame follows from the sizes of its blocks: with this check a decoder without
// a limit is safe. Frame format: github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
const MAGIC = 0x184d2204
const DICTIONARY_FLAG = 0x01
const CONTENT_CHECKSUM_FLAG = 0x04
const CONTENT_SIZE_FLAG = 0x08
const BLOCK_CHECKSUM_FLAG = 0x10
const UNCOMPRESSED_BIT = 0x8000_0000

// Codes 4 to 7 of the frame's header: 64 KB, 256 KB, 1 MB and 4 MB.
const MAX_BLOCK_BYTES: readonly (number | undefined)[] = [undefined, undefined, undefined, undefined, 65_536, 262_144, 1_048_576, 4_194_304]

// One compressed byte becomes at most 255 bytes.
const MAX_RATIO = 255

/** A frame to decompress. */
export interface Lz4Frame {
  frame: Buffer

  /** Maximum decompressed size in bytes. */
  bound: number
}

/**
 * Splits concatenated LZ4 frames.
 *
 * @throws RangeError for incomplete frames, or when they may exceed `maxBytes` decompressed
 */
export function lz4Frames (bytes: Buffer, maxBytes: number): Lz4Frame[] {
  const frames: Lz4Frame[] = []
  let total = 0

  for (let at = 0; at < bytes.length;) {
    const { bound, end } = readFrame(bytes, at)
    frames.push({ frame: bytes.subarray(at, end), bound })
    total += bound
    at = end
  }
  if (total > maxBytes) {
    throw new RangeError(`LZ4 frames of ${String(total)} bytes, the limit is ${String(maxBytes)}`)
  }

  return frames
}

function readFrame (bytes: Buffer, start: number): { bound: number, end: number } {
  if (bytes.readUInt32LE(start) !== MAGIC) {
    throw new RangeError(`no LZ4 frame at byte ${String(start)}`)
  }

  const flags = bytes.readUInt8(start + 4)
  const largest = MAX_BLOCK_BYTES[(bytes.readUInt8(start + 5) >>> 4) & 7]

  if (largest === undefined) {
    throw new RangeError('an LZ4 frame with an unknown block size')
  }

  let at = start + 7 + lengthIf(flags, CONTENT_SIZE_FLAG, 8) + lengthIf(flags, DICTIONARY_FLAG, 4)
  let bound = 0

  for (;;) {
    const size = bytes.readUInt32LE(at)
    at += 4

    if (size === 0) {
      return { bound, end: at + lengthIf(flags, CONTENT_CHECKSUM_FLAG, 4) }
    }

    const length = size % UNCOMPRESSED_BIT
    bound += Math.min(largest, size >= UNCOMPRESSED_BIT ? length : length * MAX_RATIO)
    at += length + lengthIf(flags, BLOCK_CHECKSUM_FLAG, 4)
  }
}

function lengthIf (flags: number, flag: number, length: number): number {
  return (flags & flag) === 0 ? 0 : length
}
