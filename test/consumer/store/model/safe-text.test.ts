import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { compareBytes, safeText, TextFitter } from '../../../../consumer/store/model/safe-text.ts'

// UTF-16 code units as they come, halves of pairs included.
const anyText = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0xd83d, 0xde00))).map(units => String.fromCharCode(...units))

suite('safeText', () => {
  test('replaces NUL and lone surrogates and nothing else', () => {
    assert.equal(safeText('a\0b\ud800c\udc00'), 'a�b�c�')
    assert.equal(safeText('kubo/0.30 😀 \u0001\n'), 'kubo/0.30 😀 \u0001\n')
  })

  test('gives a text that UTF-8 carries unchanged, and leaves safe texts alone', () => {
    fc.assert(fc.property(anyText, (text) => {
      const safe = safeText(text)
      assert.equal(Buffer.from(safe).toString(), safe)
      assert.ok(!safe.includes('\0'))
      assert.equal(safeText(safe), safe)
    }))
  })
})

suite('TextFitter', () => {
  test('cuts to the limit, counts the cuts, and never splits a character', () => {
    const fitter = new TextFitter()
    assert.equal(fitter.fit('abc', 3), 'abc')
    assert.equal(fitter.fit('abcd', 3), 'abc')
    assert.equal(fitter.fit('ab😀', 3), 'ab')
    assert.equal(fitter.cuts, 2)
  })

  test('never gives more than the limit', () => {
    fc.assert(fc.property(anyText, fc.integer({ min: 1, max: 10 }), (text, limit) => {
      const fitted = new TextFitter().fit(text, limit)
      assert.ok(fitted.length <= limit)
      assert.equal(safeText(fitted), fitted)
    }))
  })
})

suite('compareBytes', () => {
  test('orders as the bytes of UTF-8, where JavaScript does not', () => {
    assert.deepEqual(['￿', '😀'].sort(), ['😀', '￿'])
    assert.deepEqual(['￿', '😀'].sort(compareBytes), ['￿', '😀'])
    assert.ok(compareBytes('b', 'a') > 0)
    assert.equal(compareBytes('a', 'a'), 0)
  })
})
