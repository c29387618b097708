import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { yamlDocuments } from '../../../core/text/yaml-documents.ts'

const mistakesOf = (text: string): string[] => yamlDocuments(text).mistakes

suite('yamlDocuments', () => {
  test('finds keys that a mapping has twice, wherever it stands', () => {
    assert.deepEqual(mistakesOf('a: 1\nb: {c: 1, d: 2, c: 3}\n---\n- a: 1\n  a: 2\n  a: 3\n'), [
      'line 2, column 17: Map keys must be unique',
      'line 5, column 3: Map keys must be unique',
      'line 6, column 3: Map keys must be unique'
    ])
    assert.deepEqual(mistakesOf('a: {x: 1}\nb: {x: 1}\n1: a\n"1": b\n'), [])
  })

  test('takes as many keys as fit into a manifest', () => {
    const text = Array.from({ length: 80_000 }, (_, i) => `key-${String(i)}: 1\n`).join('')
    const { documents, mistakes } = yamlDocuments(text)

    assert.deepEqual(mistakes, [])
    assert.equal(Object.keys(documents[0]?.toJS() as object).length, 80_000)
  })

  for (const [what, text] of [['lists', '['.repeat(20_000)], ['mappings', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`], ['dashes', '- '.repeat(20_000)]] as const) {
    test(`says of ${what} within each other that they are too deep, once and in its own words`, () => {
      const [first = '', ...others] = mistakesOf(text)

      assert.match(first, /^line 1, column \d+: Nested too deeply$/)
      assert.deepEqual(others, [])
    })
  }
})
