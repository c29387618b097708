import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { boundedEntry } from '../../../core/limits/bounded-entry.ts'

suite('boundedEntry', () => {
  test('makes an entry once, and forgets the oldest when the map is full', () => {
    const map = new Map<string, number>()
    let made = 0
    const entry = (key: string): number => boundedEntry(map, key, 2, () => ++made)

    assert.deepEqual(['a', 'b', 'a', 'c', 'b', 'a'].map(entry), [1, 2, 1, 3, 2, 4])
    assert.deepEqual([...map.keys()], ['c', 'a'])
  })
})
