import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatCount, formatShare, shellQuoted, wrap } from '../../local/text.ts'

suite('shellQuoted', () => {
  test('leaves plain words alone and quotes the others', () => {
    assert.equal(shellQuoted('.peerprobe/a-b.sqlite'), '.peerprobe/a-b.sqlite')
    assert.equal(shellQuoted('my peers'), '\'my peers\'')
    assert.equal(shellQuoted('$(rm) it\'s'), '\'$(rm) it\'\\\'\'s\'')
  })
})

suite('numbers', () => {
  test('are formatted for people', () => {
    assert.equal(formatCount(1_234_567), '1,234,567')
    assert.deepEqual([formatShare(1, 2), formatShare(1, 300), formatShare(0, 5), formatShare(0, 0)], ['50 %', '0.3 %', '0 %', '0 %'])
  })
})

suite('wrap', () => {
  test('breaks between words, and cuts a word that is longer than a line', () => {
    assert.deepEqual(wrap('one two three four', 9), ['one two', 'three', 'four'])
    assert.deepEqual(wrap('a abcdefghijkl b', 5), ['a', 'abcd…', 'b'])
    assert.deepEqual(wrap('', 5), [''])
  })
})
