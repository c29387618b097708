import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { snappyBlocks } from '../../../../../core/bus/kafka/records/snappy-blocks.ts'

const JAVA = Buffer.from('82534e415050590000000001' + '00000001', 'hex')
const part = (...bytes: number[]): Buffer => Buffer.from([0, 0, 0, bytes.length, ...bytes])

suite('snappyBlocks', () => {
  test('takes bytes without a frame for one block, whose length it says first', () => {
    assert.deepEqual(snappyBlocks(Buffer.from([0x83, 0x01, 9]), 200), [{ block: Buffer.from([0x83, 0x01, 9]), length: 131 }])
  })

  test('finds the blocks in the frame of the Java library', () => {
    const blocks = snappyBlocks(Buffer.concat([JAVA, part(2, 7), part(0x80, 1, 8)]), 200)

    assert.deepEqual(blocks, [{ block: Buffer.from([2, 7]), length: 2 }, { block: Buffer.from([0x80, 1, 8]), length: 128 }])
    assert.deepEqual(snappyBlocks(JAVA, 200), [])
  })

  test('refuses blocks that are too long together, cut off, or of an endless length', () => {
    assert.throws(() => snappyBlocks(Buffer.concat([JAVA, part(90), part(20)]), 100), /snappy blocks of 110 bytes, the limit is 100/)
    assert.throws(() => snappyBlocks(Buffer.concat([JAVA, part(90).subarray(0, 4)]), 100), /cut off/)
    assert.throws(() => snappyBlocks(Buffer.alloc(6, 0xff), 100), /endless length/)
    assert.throws(() => snappyBlocks(Buffer.alloc(0), 100), RangeError)
  })
})
