import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { snappyCompress } from 'hysnappy'
import { compressFrameSync } from 'lz4-napi'
import { decodeMessages, mendBatches, unreadableReason } from '../../../../../core/bus/kafka/records/kafka-batches.ts'
import { useKafkaCodecs } from '../../../../../core/bus/kafka/records/kafka-codecs.ts'
import { recordBatch } from '../../../../support/bus/record-batch.ts'
import type { KafkaMessage } from 'kafkajs'

interface Decoder { readInt32: () => number, canReadBytes: (count: number) => boolean, readBytes: (count: number) => Buffer }

const require = createRequire(import.meta.url)
const KafkaDecoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => Decoder

const answerOf = (...batches: Buffer[]): Decoder => {
  const bytes = Buffer.concat(batches)
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes.length)
  return new KafkaDecoder(Buffer.concat([size, bytes]))
}
const read = async (...batches: Buffer[]): Promise<KafkaMessage[]> => {
  useKafkaCodecs()
  return await decodeMessages(answerOf(...batches))
}
const textsOf = (messages: KafkaMessage[]): [string, string | undefined][] => messages.map(({ offset, value }) => [offset, value?.toString()])
const values = Array.from({ length: 40 }, (_, i) => `visit ${String(i)} ${'x'.repeat(i)}`)

suite('the batches of a fetch', () => {
  const CODECS: [name: string, codec: number, compress: (bytes: Buffer) => Buffer][] = [
    ['no compression', 0, bytes => bytes],
    ['gzip', 1, bytes => gzipSync(bytes)],
    ['snappy without a frame', 2, bytes => Buffer.from(snappyCompress(bytes))],
    ['lz4', 3, bytes => compressFrameSync(bytes)],
    ['lz4 with checksums', 3, bytes => compressFrameSync(bytes, { contentChecksum: true, blockChecksums: true })],
    ['zstd', 4, bytes => zstdCompressSync(bytes)]
  ]

  for (const [name, codec, compress] of CODECS) {
    test(`are read with ${name}`, async () => {
      assert.deepEqual(textsOf(await read(recordBatch({ firstOffset: 7, values, codec, compress }))), values.map((value, i) => [String(7 + i), value]))
    })
  }

  test('end where they say, also when compaction left nothing there', async () => {
    const found = await read(recordBatch({ firstOffset: 3, values: ['a', 'b'], lastOffsetDelta: 9 }), recordBatch({ firstOffset: 13, values: [], lastOffsetDelta: 4 }))

    assert.deepEqual(textsOf(found), [['3', 'a'], ['4', 'b'], ['12', undefined], ['17', undefined]])
    assert.deepEqual(found.map(message => (message as { isControlRecord?: boolean }).isControlRecord), [false, false, true, true])
    assert.deepEqual(found.map(unreadableReason), [undefined, undefined, undefined, undefined])
  })

  test('may be cut off at the end of an answer', async () => {
    const whole = recordBatch({ values: ['a'] })
    const next = recordBatch({ firstOffset: 1, values: ['b'] })

    for (const bytes of [1, 30, 62, next.length - 1]) {
      assert.deepEqual(textsOf(await read(whole, next.subarray(0, bytes))), [['0', 'a']])
    }
  })

  test('that are damaged, of unknown compression, or no data of theirs are separated from what precedes them, and nothing after them is read', async () => {
    const good = recordBatch({ values: ['a'] })
    const damaged = recordBatch({ firstOffset: 1, values: ['b'] })
    damaged[damaged.length - 2]! ^= 1
    const BAD: [Buffer, RegExp][] = [
      [damaged, /offset 1: its checksum is wrong/],
      [recordBatch({ firstOffset: 1, values: ['b'], codec: 5 }), /offset 1: its compression is unknown \(5\)/],
      [recordBatch({ firstOffset: 1, values: ['b'], codec: 7 }), /unknown \(7\)/],
      ...[1, 2, 3, 4].map((codec): [Buffer, RegExp] => [recordBatch({ firstOffset: 1, values: ['b'], codec }), new RegExp(`offset 1: it cannot be decoded \\(compression ${['gzip', 'snappy', 'lz4', 'zstd'][codec - 1]!}\\)`)])
    ]

    for (const [bad, reason] of BAD) {
      const found = await read(good, bad, recordBatch({ firstOffset: 2, values: ['c'] }))

      assert.deepEqual(found.slice(0, -1).map(({ offset }) => offset), ['0'])
      assert.match(unreadableReason(found.at(-1)!) ?? '', reason)
    }
  })

  test('lead to an answer or a reason, whatever the bytes are', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 7 }), async (bytes, codec) => {
      const found = await read(recordBatch({ values: ['a', 'b', 'c'], codec, compress: () => Buffer.from(bytes) }))

      assert.ok(found.length <= 4)
    }), { numRuns: 300 })
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 17, maxLength: 300 }), async (bytes) => {
      bytes[16] = 2
      const found = await read(Buffer.from(bytes))

      assert.ok(found.every(message => unreadableReason(message) !== undefined))
    }), { numRuns: 300 })
  })

  test('are read in this way by the client itself, which hands on those without messages', async () => {
    mendBatches()
    mendBatches()
    const { decode } = require('kafkajs/src/protocol/requests/fetch/v11/response') as { decode: (bytes: Buffer) => Promise<{ responses: { partitions: object[] }[] }> }
    const records = recordBatch({ firstOffset: 5, values: [], lastOffsetDelta: 3 })
    const head = Buffer.from('00000000' + '0000' + '00000000' + '00000001' + '000176' + '00000001' + '00000000' + '0000' + '0000000000000009'.repeat(3) + 'ffffffff' + 'ffffffff', 'hex')
    const size = Buffer.alloc(4)
    size.writeInt32BE(records.length)
    const { responses } = await decode(Buffer.concat([head, size, records]))
    const Batch = require('kafkajs/src/consumer/batch') as new (topic: string, offset: string, data: object) => { isEmpty: () => boolean, isEmptyDueToFiltering: () => boolean, messages: unknown[], lastOffset: () => string }
    const batch = new Batch('v', '6', responses[0]!.partitions[0]!)

    assert.deepEqual([batch.isEmpty(), batch.isEmptyDueToFiltering(), batch.messages.length, batch.lastOffset()], [false, false, 0, '8'])
  })
})
