import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'

suite('printable', () => {
  test('shows what would steer a terminal or turn the reading direction', () => {
    assert.equal(escapeControlChars('kubo/0.36\u001B[31m\n\u202Eevil'), 'kubo/0.36\\u{1b}[31m\\u{a}\\u{202e}evil')
    assert.equal(escapeControlChars('lone \uD800'), 'lone \\u{d800}')
    assert.equal(escapeControlChars('ünïcode 🙂'), 'ünïcode 🙂')
  })

  test('leaves no control character in any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(escapeControlChars(text), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }))
  })
})
