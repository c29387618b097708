import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import kafkajs from 'kafkajs'

/** How much one compressed batch may hold, in bytes: brokers take 1 MB compressed by default, and zeros shrink to nothing. */
export const MAX_BATCH_BYTES = 64 * 1_024 * 1_024

/** Teaches kafkajs zstd, by Node's own zlib. Doing it again changes nothing. */
export function useNodeZstd (): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => await Promise.resolve(zstdCompressSync(buffer)),
    decompress: async (buffer: Buffer) => await Promise.resolve(zstdDecompressSync(buffer, { maxOutputLength: MAX_BATCH_BYTES }))
  })
}
