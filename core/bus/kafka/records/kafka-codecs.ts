// A topic's `compression.type` decides how the brokers compress its batches, whatever the producer used. kafkajs only
// has gzip, without a limit; this file adds all four codecs. LZ4 is a native package that some platforms lack: it is
// loaded when the first batch needs it.
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { snappyUncompressor } from 'hysnappy'
import kafkajs from 'kafkajs'
import { lz4Frames } from './lz4-frames.ts'
import { snappyBlocks } from './snappy-blocks.ts'

/** Maximum size of one decompressed batch, in bytes: brokers accept 1 MB compressed by default, and zeros compress extremely well. */
export const MAX_BATCH_BYTES = 64 * 1_024 * 1_024

interface Uncompressed { buffer: Buffer }
type Decompress = (buffer: Buffer) => Buffer | Promise<Buffer>
type Compress = (buffer: Buffer) => Buffer

const LIMIT = { maxOutputLength: MAX_BATCH_BYTES }

/** Registers all codecs of the protocol with kafkajs, limited to {@link MAX_BATCH_BYTES}. Idempotent. */
export function useKafkaCodecs (): void {
  const { CompressionCodecs, CompressionTypes: { GZIP, Snappy, LZ4, ZSTD } } = kafkajs
  CompressionCodecs[GZIP] = codec(buffer => gunzipSync(buffer, LIMIT), buffer => gzipSync(buffer))
  CompressionCodecs[Snappy] = codec(unsnap)
  CompressionCodecs[LZ4] = codec(unlz4)
  CompressionCodecs[ZSTD] = codec(buffer => zstdDecompressSync(buffer, LIMIT), buffer => zstdCompressSync(buffer))
}

function codec (decompress: Decompress, compress: Compress = cannotCompress): () => object {
  return () => ({
    compress: async ({ buffer }: Uncompressed) => await Promise.resolve(compress(buffer)),
    decompress: async (buffer: Buffer) => await decompress(buffer)
  })
}

// We publish with zstd: the brokers recompress as configured for the topic.
function cannotCompress (): never {
  throw new TypeError('this codec can only decompress')
}

function unsnap (buffer: Buffer): Buffer {
  const uncompress = snappyUncompressor()

  return Buffer.concat(snappyBlocks(buffer, MAX_BATCH_BYTES).map(({ block, length }) => uncompress(block, length)))
}

async function unlz4 (buffer: Buffer): Promise<Buffer> {
  const frames = lz4Frames(buffer, MAX_BATCH_BYTES)
  const { decompressFrameSync } = await import('lz4-napi')

  return Buffer.concat(frames.map(({ frame }) => decompressFrameSync(frame)))
}
