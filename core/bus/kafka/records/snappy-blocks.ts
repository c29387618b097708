// The Java clients and the brokers put snappy blocks into a frame of the library snappy-java; librdkafka and others
// write one block without a frame. Topics contain both.
const JAVA_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const JAVA_HEADER_BYTES = 16

// Each block begins with its decompressed length, as a varint of 32 bits.
const MAX_LENGTH_BYTES = 5

/** A block to decompress. */
export interface SnappyBlock {
  block: Buffer

  /** Decompressed size in bytes, from its header. */
  length: number
}

/**
 * Splits snappy data into blocks.
 *
 * @throws RangeError for incomplete blocks, or more than `maxBytes` decompressed
 */
export function snappyBlocks (bytes: Buffer, maxBytes: number): SnappyBlock[] {
  const blocks = bytes.subarray(0, JAVA_MAGIC.length).equals(JAVA_MAGIC) ? javaBlocks(bytes) : [bytes]
  const found = blocks.map(block => ({ block, length: lengthOf(block) }))
  const total = found.reduce((sum, { length }) => sum + length, 0)

  if (total > maxBytes) {
    throw new RangeError(`snappy blocks of ${String(total)} bytes, the limit is ${String(maxBytes)}`)
  }

  return found
}

function javaBlocks (bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = []

  for (let at = JAVA_HEADER_BYTES; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at)

    if (end > bytes.length) {
      throw new RangeError('a snappy block is cut off')
    }

    blocks.push(bytes.subarray(at + 4, end))
    at = end
  }

  return blocks
}

function lengthOf (block: Buffer): number {
  let length = 0

  for (let i = 0; i < MAX_LENGTH_BYTES; i++) {
    const byte = block.readUInt8(i)
    length += (byte & 0x7f) * 2 ** (7 * i)

    if (byte < 0x80) {
      return length
    }
  }

  throw new RangeError('a snappy block with an endless length')
}
