import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { concatBytes, equalBytes, isAt } from '../../../crawler/wire/bytes.ts'

suite('bytes', () => {
  test('arrays are equal if their bytes are, regardless of their class', () => {
    assert.ok(equalBytes(Uint8Array.of(1, 2), Buffer.of(1, 2)))
    assert.ok(!equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
    assert.ok(!equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)))
  })

  test('a part is found at its index only, and not beyond the end', () => {
    const bytes = Uint8Array.of(1, 2, 3, 2)

    assert.deepEqual([0, 1, 2, 3, 4, -1].filter(at => isAt(bytes, at, Uint8Array.of(2))), [1, 3])
    assert.ok(isAt(bytes, 1, Uint8Array.of(2, 3)))
    assert.ok(!isAt(bytes, 3, Uint8Array.of(2, 3)))
    assert.ok(isAt(bytes, 4, Uint8Array.of()))
  })

  test('concatenation keeps every byte in order', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (parts) => {
      assert.deepEqual([...concatBytes(parts)], parts.flatMap(part => [...part]))
    }))
  })
})
