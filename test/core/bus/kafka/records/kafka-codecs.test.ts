import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { snappyCompress } from 'hysnappy'
import kafkajs from 'kafkajs'
import { compressFrameSync } from 'lz4-napi'
import { MAX_BATCH_BYTES, useKafkaCodecs } from '../../../../../core/bus/kafka/records/kafka-codecs.ts'

interface Codec { compress (encoder: { buffer: Buffer }): Promise<Buffer>, decompress (buffer: Buffer): Promise<Buffer> }

const { CompressionCodecs, CompressionTypes: { GZIP, Snappy, LZ4, ZSTD } } = kafkajs
const codec = (type: number): Codec => {
  useKafkaCodecs()
  return (CompressionCodecs[type as 4] as () => Codec)()
}

const text = Buffer.from('a visit, and another one '.repeat(10_000))
const block = (bytes: Buffer): Buffer => Buffer.from(snappyCompress(bytes))

/** Blocks in the frame of the Java library, as brokers write them. */
function javaFrame (...blocks: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('82534e415050590000000001' + '00000001', 'hex'), ...blocks.flatMap((each) => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(each.length)
    return [size, each]
  })])
}

suite('the codecs of Kafka', () => {
  for (const [name, type] of [['zstd', ZSTD], ['gzip', GZIP]] as const) {
    test(`${name} gives back what it was given, smaller on the way`, async () => {
      const compressed = await codec(type).compress({ buffer: text })

      assert.ok(compressed.length < text.length / 4)
      assert.ok(text.equals(await codec(type).decompress(compressed)))
    })
  }

  const WRITTEN: [name: string, type: number, bytes: Buffer][] = [
    ['snappy in one block', Snappy, block(text)],
    ['snappy in the frame of the Java library', Snappy, javaFrame(block(text.subarray(0, 32_768)), block(text.subarray(32_768)))],
    ['lz4', LZ4, compressFrameSync(text)],
    ['lz4 in two frames', LZ4, Buffer.concat([compressFrameSync(text.subarray(0, 99)), compressFrameSync(text.subarray(99), { contentChecksum: true })])]
  ]

  for (const [name, type, bytes] of WRITTEN) {
    test(`${name} is read`, async () => {
      assert.ok(text.equals(await codec(type).decompress(bytes)))
    })
  }

  test('refuse a batch that would fill the memory, before they do', async () => {
    const zeros = Buffer.alloc(MAX_BATCH_BYTES + 1)
    const huge = block(Buffer.alloc(1_024))
    huge.set([0xff, 0xff, 0xff, 0xff, 0x0f])

    await assert.rejects(async () => await codec(ZSTD).decompress(zstdCompressSync(zeros)), { code: 'ERR_BUFFER_TOO_LARGE' })
    await assert.rejects(async () => await codec(GZIP).decompress(gzipSync(zeros)), { code: 'ERR_BUFFER_TOO_LARGE' })
    await assert.rejects(async () => await codec(LZ4).decompress(compressFrameSync(zeros)), /LZ4 frames of \d+ bytes, the limit is 67108864/)
    await assert.rejects(async () => await codec(Snappy).decompress(huge), /snappy blocks of 4294967295 bytes/)
    await assert.rejects(async () => await codec(Snappy).decompress(javaFrame(block(zeros.subarray(0, 40_000_000)), block(zeros.subarray(0, 40_000_000)))), /snappy blocks of 80000000 bytes/)
  })

  test('fail on what is cut off or no data of theirs', async () => {
    for (const type of [GZIP, Snappy, LZ4, ZSTD]) {
      for (const bytes of [Buffer.from([1]), Buffer.alloc(64, 0xff)]) {
        await assert.rejects(async () => await codec(type).decompress(bytes), `${String(type)} ${bytes.toString('hex')}`)
      }
    }
    for (const [name, type, bytes] of WRITTEN) {
      await assert.rejects(async () => await codec(type).decompress(bytes.subarray(0, bytes.length - 3)), name)
    }
  })
})
