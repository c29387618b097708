import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ReceiveBuffer } from '../../../../crawler/client/stream/receive-buffer.ts'
import { isFault } from '../../../support/client/expect-fault.ts'

suite('ReceiveBuffer', () => {
  test('returns whole chunks without copying them', () => {
    const buffer = new ReceiveBuffer(8)
    const chunk = Uint8Array.of(1, 2, 3)

    assert.equal(buffer.join(chunk), chunk)
    buffer.consume(3)
    assert.equal(buffer.length, 0)
  })

  test('keeps bytes that are not consumed and joins the next chunk to them', () => {
    const buffer = new ReceiveBuffer(8)
    buffer.join(Uint8Array.of(1, 2, 3))
    buffer.consume(1)

    assert.deepEqual([...buffer.join(Uint8Array.of(4))], [2, 3, 4])
  })

  test('does not change when the sender of a chunk reuses its memory', () => {
    const buffer = new ReceiveBuffer(8)
    const chunk = Uint8Array.of(1, 2)
    buffer.join(chunk)
    buffer.consume(0)
    chunk.fill(9)

    assert.deepEqual([...buffer.join(Uint8Array.of(3))], [1, 2, 3])
  })

  test('fails if more than the limit is buffered', () => {
    const buffer = new ReceiveBuffer(2)
    buffer.join(Uint8Array.of(1, 2, 3))

    assert.throws(() => {
      buffer.consume(0)
    }, isFault('limit-exceeded'))
  })

  test('reads the same bytes however they are cut and consumed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.infiniteStream(fc.nat(400)), fc.infiniteStream(fc.nat(500)), (bytes, sizes, uses) => {
      const buffer = new ReceiveBuffer(bytes.length)
      const seen: number[] = []
      let at = 0

      while (at < bytes.length) {
        const size = 1 + Number(sizes.next().value)
        const joined = buffer.join(bytes.slice(at, at + size))
        const used = Math.min(Number(uses.next().value), joined.length)
        seen.push(...joined.subarray(0, used))
        buffer.consume(used)
        at += size
      }

      seen.push(...buffer.join(new Uint8Array(0)))
      assert.deepEqual(seen, [...bytes])
    }), { numRuns: 60 })
  })
})
