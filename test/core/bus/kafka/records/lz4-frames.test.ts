import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compressFrameSync } from 'lz4-napi'
import { lz4Frames } from '../../../../../core/bus/kafka/records/lz4-frames.ts'

const LIMIT = 10_000_000

suite('lz4Frames', () => {
  test('finds each frame, and that it holds no less than was put in', () => {
    for (const size of [0, 1, 1_000, 70_000, 3_000_000]) {
      for (const options of [{}, { contentChecksum: true }, { blockChecksums: true }]) {
        const frame = compressFrameSync(Buffer.alloc(size, 'ab'), options)
        const [first, second, ...others] = lz4Frames(Buffer.concat([frame, frame]), LIMIT)

        assert.deepEqual([first!.frame.length, second!.frame.length, others.length], [frame.length, frame.length, 0])
        assert.ok(first!.bound >= size)
      }
    }
  })

  test('reads the optional fields of a header', () => {
    const header = Buffer.from('04224d18' + '4d' + '40' + '00'.repeat(12) + 'aa', 'hex') // content size, content checksum, dictionary
    const block = Buffer.from('03000080' + '616263', 'hex') // three bytes as they are
    const [frame] = lz4Frames(Buffer.concat([header, block, Buffer.alloc(4), Buffer.alloc(4)]), LIMIT)

    assert.equal(frame?.bound, 3)
  })

  test('refuses what may be more than the limit, what is cut off, and what is something else', () => {
    assert.throws(() => lz4Frames(compressFrameSync(Buffer.alloc(1_000_000)), 100_000), /the limit is 100000/)
    assert.throws(() => lz4Frames(compressFrameSync(Buffer.from('abc')).subarray(0, 9), LIMIT), RangeError)
    assert.throws(() => lz4Frames(Buffer.alloc(20, 7), LIMIT), /no LZ4 frame at byte 0/)
    assert.throws(() => lz4Frames(Buffer.from('04224d1840000000000000', 'hex'), LIMIT), /unknown block size/)
  })
})
