import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { cleanText } from '../../../../crawler/engine/population/clean-text.ts'

suite('cleanText', () => {
  test('does not change ordinary text of any script', () => {
    for (const text of ['kubo/0.36.0/', 'Zürich', '節点', '🛰️ probe', '']) {
      assert.equal(cleanText(text, 64), text)
    }
  })

  test('replaces control characters', () => {
    assert.equal(cleanText('a\u001b[2Jb\nc\u0000\u009bd\u007f', 64), 'a\ufffd[2Jb\ufffdc\ufffd\ufffdd\ufffd')
  })

  test('replaces lone surrogates, also the one that cutting leaves', () => {
    assert.equal(cleanText('a\ud83d', 64), 'a\ufffd')
    assert.equal(cleanText('ab🛰', 3), 'ab\ufffd')
  })

  test('is well-formed, within the limit and free of controls for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat({ max: 20 }), (text, limit) => {
      const clean = cleanText(text, limit)

      assert.ok(clean.length <= limit && clean.isWellFormed() && !/\p{Cc}/u.test(clean))
    }))
  })
})
