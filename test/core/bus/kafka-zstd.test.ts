import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import kafkajs from 'kafkajs'
import { MAX_BATCH_BYTES, useNodeZstd } from '../../../core/bus/kafka-zstd.ts'

interface Codec { compress (encoder: { buffer: Buffer }): Promise<Buffer>, decompress (buffer: Buffer): Promise<Buffer> }

const codec = (): Codec => {
  useNodeZstd()
  return (kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] as () => Codec)()
}

test('zstd gives back what it was given, smaller on the way', async () => {
  const buffer = Buffer.from('a visit, and another one '.repeat(100))
  const compressed = await codec().compress({ buffer })

  assert.ok(compressed.length < buffer.length / 4)
  assert.deepEqual(await codec().decompress(compressed), buffer)
})

test('zstd refuses a batch that would fill the memory', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(MAX_BATCH_BYTES + 1))

  assert.ok(bomb.length < 100_000)
  await assert.rejects(async () => await codec().decompress(bomb), { code: 'ERR_BUFFER_TOO_LARGE' })
})
