import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isGreedy, longestFirst, SECONDS, WAITING } from '../../../scripts/testing/longest-first.ts'

suite('the order of test files', () => {
  test('is from the longest to the shortest, with unlisted files last and by name', () => {
    const [longest = '', next = ''] = Object.entries(SECONDS).sort(([, a], [, b]) => b - a).map(([file]) => file)

    assert.deepEqual(longestFirst(['b', next, 'a', longest]), [longest, next, 'a', 'b'])
  })

  test('knows that a file with a node uses all cores', () => {
    assert.deepEqual(['test/system/node/chaos.test.ts', 'test/system/edges.test.ts'].map(isGreedy), [true, false])
  })

  test('lists only files that exist', () => {
    assert.ok(Object.keys(SECONDS).length > 10)
    assert.deepEqual([...Object.keys(SECONDS), ...WAITING].filter(file => !existsSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)))), [])
  })
})
