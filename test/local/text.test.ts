import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { fit, formatCount, formatShare, printable, shellQuoted } from '../../local/text.ts'

suite('printable', () => {
  test('shows what would steer a terminal or turn the reading direction', () => {
    assert.equal(printable('kubo/0.36\u001B[31m\n\u202Eevil'), 'kubo/0.36\\u{1b}[31m\\u{a}\\u{202e}evil')
    assert.equal(printable('lone \uD800'), 'lone \\u{d800}')
    assert.equal(printable('ünïcode 🙂'), 'ünïcode 🙂')
  })

  test('leaves no control character in any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }))
  })
})

suite('shellQuoted', () => {
  test('leaves plain words alone and quotes the others', () => {
    assert.equal(shellQuoted('.peerprobe/a-b.sqlite'), '.peerprobe/a-b.sqlite')
    assert.equal(shellQuoted('my peers'), '\'my peers\'')
    assert.equal(shellQuoted('$(rm) it\'s'), '\'$(rm) it\'\\\'\'s\'')
  })
})

suite('numbers and widths', () => {
  test('are written for people', () => {
    assert.equal(formatCount(1_234_567), '1,234,567')
    assert.deepEqual([formatShare(1, 2), formatShare(1, 300), formatShare(0, 5), formatShare(0, 0)], ['50 %', '0.3 %', '0 %', '0 %'])
    assert.deepEqual([fit('kubo', 4), fit('kubo/0.36', 5)], ['kubo', 'kubo…'])
  })
})
