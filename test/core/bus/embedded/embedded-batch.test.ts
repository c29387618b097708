import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { inBatches, packBatch, packedByPartition, unpackBatch } from '../../../../core/bus/embedded/embedded-batch.ts'
import { isProbeError } from '../../../../core/errors.ts'
import type { OutgoingMessage } from '../../../../core/bus/port/event-bus.ts'

const headers = fc.dictionary(fc.string(), fc.string()).map(entries => ({ ...entries }))
const messages = fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: fc.uint8Array(), headers }))
const sized = (bytes: number): OutgoingMessage => ({ key: '', value: Buffer.alloc(bytes), headers: {} })

test('unpackBatch returns the messages of packBatch', () => {
  const plain = (list: readonly OutgoingMessage[]): unknown[] => list.map(message => [message.key, [...message.value], { ...message.headers }])

  fc.assert(fc.property(messages, (given) => {
    assert.deepEqual(plain(unpackBatch(packBatch(given))), plain(given))
  }))
})

test('unpackBatch refuses other data, a wrong index, and a batch that would fill the memory', () => {
  assert.throws(() => unpackBatch(Buffer.from('no batch')))
  for (const index of ['{}', 'null', '[1]', '[["k"]]', '[[1,{},0]]', '[["k",{"h":1},0]]', '[["k",null,0]]', '[["k",{},"0"]]']) {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(index.length)
    assert.throws(() => unpackBatch(zstdCompressSync(Buffer.concat([length, Buffer.from(index)]))), (err: unknown) => isProbeError(err, 'PP_FILE_UNUSABLE'), index)
  }
  assert.throws(() => unpackBatch(packBatch([sized(20_000_000)])), RangeError)
})

suite('inBatches', () => {
  test('loses none, not even an empty one, and keeps their order', () => {
    fc.assert(fc.property(messages, (given) => {
      assert.deepEqual(inBatches(given).flat(), given)
    }))
  })

  test('begins another one before it grows too large, unless one message alone is', () => {
    assert.deepEqual(inBatches([sized(200_000), sized(60_000), sized(10_000), sized(1_000_000), sized(1)]).map(batch => batch.length), [2, 1, 1, 1])
  })
})

test('packedByPartition needs a partition', () => {
  assert.equal(packedByPartition([sized(1)], []), undefined)
  assert.deepEqual(packedByPartition([sized(1), sized(2)], ['only'])?.map(({ target, count }) => [target, count]), [['only', 2]])
})
