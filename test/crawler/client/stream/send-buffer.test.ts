import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SendBuffer } from '../../../../crawler/client/stream/send-buffer.ts'
import { isFault } from '../../../support/client/expect-fault.ts'

suite('SendBuffer', () => {
  test('notifies once when it is no longer empty, and again after the bytes are taken', () => {
    let calls = 0
    const buffer = new SendBuffer(100, () => calls++)
    buffer.append(Uint8Array.of(1))
    buffer.append(Uint8Array.of(2, 3))

    assert.equal(calls, 1)
    assert.deepEqual([...buffer.take()], [1, 2, 3])
    assert.equal(buffer.length, 0)
    buffer.append(Uint8Array.of(4))
    assert.equal(calls, 2)
  })

  test('keeps what was written in place when it grows', () => {
    const buffer = new SendBuffer(10_000, () => undefined)
    const at = buffer.reserve(2)
    buffer.storage.set([7, 8], at)
    buffer.append(new Uint8Array(5_000).fill(9))
    const taken = buffer.take()

    assert.equal(taken.length, 5_002)
    assert.deepEqual([...taken.subarray(0, 3)], [7, 8, 9])
  })

  test('fails if more than the limit is buffered', () => {
    const buffer = new SendBuffer(4, () => undefined)
    buffer.append(new Uint8Array(4))

    assert.throws(() => buffer.reserve(1), isFault('limit-exceeded'))
  })
})
