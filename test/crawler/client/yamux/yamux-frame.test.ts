import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SendBuffer } from '../../../../crawler/client/stream/send-buffer.ts'
import { appendHeader, FLAG, HEADER_LENGTH, kindOf, readUint32, TYPE } from '../../../../crawler/client/yamux/yamux-frame.ts'

suite('yamux header', () => {
  test('has the layout of the specification', () => {
    const out = new SendBuffer(100, () => undefined)
    appendHeader(out, kindOf(TYPE.windowUpdate, FLAG.syn | FLAG.fin), 0x01020304, 0xfffefdfc)

    assert.deepEqual([...out.take()], [0, 1, 0, 5, 1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc])
    assert.equal(HEADER_LENGTH, 12)
  })

  test('reads unsigned numbers', () => {
    assert.equal(readUint32(Uint8Array.of(9, 0xff, 0xff, 0xff, 0xfe), 1), 0xffff_fffe)
  })
})
