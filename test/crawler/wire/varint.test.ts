import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { encodeVarint, MALFORMED, readUint64, readVarint, TRUNCATED } from '../../../crawler/wire/varint.ts'

suite('varint', () => {
  test('an encoded number is read back, and the cursor is after it', () => {
    fc.assert(fc.property(fc.maxSafeNat(), fc.uint8Array({ maxLength: 5 }), (value, tail) => {
      const encoded = encodeVarint(value)
      const cursor = { position: 0 }

      assert.equal(readVarint(Uint8Array.from([...encoded, ...tail]), cursor, encoded.length + tail.length), value)
      assert.equal(cursor.position, encoded.length)
    }))
  })

  test('each proper prefix of a number is truncated, and the cursor does not move', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (value) => {
      const encoded = encodeVarint(value)

      for (let end = 0; end < encoded.length; end++) {
        const cursor = { position: 0 }
        assert.equal(readVarint(encoded, cursor, end), TRUNCATED)
        assert.equal(cursor.position, 0)
      }
    }))
  })

  test('more than ten bytes are malformed', () => {
    assert.equal(readVarint(new Uint8Array(11).fill(0xff), { position: 0 }, 11), MALFORMED)
  })

  test('bytes after the end are not read', () => {
    assert.equal(readVarint(Uint8Array.of(0x80, 0x01), { position: 0 }, 1), TRUNCATED)
  })

  test('a 64-bit number is read exactly', () => {
    fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
      const bytes: number[] = []
      let rest = value

      for (; rest > 0x7fn; rest >>= 7n) {
        bytes.push(Number(rest & 0x7fn) | 0x80)
      }
      bytes.push(Number(rest))

      assert.equal(readUint64(Uint8Array.from([9, ...bytes]), 1), value)
    }))
  })
})
