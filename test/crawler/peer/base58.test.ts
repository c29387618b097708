import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { fromBase58, toBase58 } from '../../../crawler/peer/base58.ts'

suite('base58', () => {
  for (const [text, hex] of [
    ['', ''],
    ['1', '00'],
    ['2g', '61'],
    ['11112', '0000000001'],
    ['aPEr', '636363'],
    ['1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L', '00eb15231dfceb60925886b67d065299925915aeb172c06647']
  ] as const) {
    test(`${text === '' ? 'no text' : text} encodes ${hex === '' ? 'no bytes' : hex}`, () => {
      assert.equal(toBase58(Buffer.from(hex, 'hex')), text)
      assert.deepEqual(fromBase58(text), Uint8Array.from(Buffer.from(hex, 'hex')))
    })
  }

  test('bytes survive a round trip', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.deepEqual(fromBase58(toBase58(bytes)), bytes)
    }), { numRuns: 1_000 })
  })

  test('other characters are rejected', () => {
    assert.equal(fromBase58('0'), undefined)
    assert.equal(fromBase58('Il'), undefined)
    assert.equal(fromBase58('a b'), undefined)
  })
})
