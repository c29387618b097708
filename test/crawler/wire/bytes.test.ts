import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { concatBytes, endsWith, equalBytes } from '../../../crawler/wire/bytes.ts'

suite('bytes', () => {
  test('arrays are equal when their bytes are, whatever their class', () => {
    assert.ok(equalBytes(Uint8Array.of(1, 2), Buffer.of(1, 2)))
    assert.ok(!equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
    assert.ok(!equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)))
  })

  test('an array ends with each of its tails and with no longer array', () => {
    assert.ok(endsWith(Uint8Array.of(1, 2, 3), Uint8Array.of(2, 3)))
    assert.ok(endsWith(Uint8Array.of(1), Uint8Array.of()))
    assert.ok(!endsWith(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2)))
    assert.ok(!endsWith(Uint8Array.of(2), Uint8Array.of(1, 2)))
  })

  test('concatenation keeps every byte in order', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (parts) => {
      assert.deepEqual([...concatBytes(parts)], parts.flatMap(part => [...part]))
    }))
  })
})
