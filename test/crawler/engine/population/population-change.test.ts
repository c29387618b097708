import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changeOf, overlapOf } from '../../../../crawler/engine/population/population-change.ts'
import type { KnownPeer } from '../../../../crawler/engine/frontier/known-peer.ts'

const contacted = (...ids: number[]): KnownPeer[] => ids.map(id => ({ id: Uint8Array.of(id), addresses: [], outcome: 'ok', failures: 0 }))
const failed = (...ids: number[]): KnownPeer[] => ids.map(id => ({ id: Uint8Array.of(id), addresses: [], outcome: 'timeout', failures: 1 }))

suite('changeOf', () => {
  test('counts peers that only one of two crawls contacted', () => {
    assert.deepEqual(changeOf([...contacted(1, 2, 3), ...failed(4)], [...contacted(3, 4, 5, 6), ...failed(1)]), { entered: 3, left: 2 })
    assert.deepEqual(changeOf(contacted(1), contacted(1)), { entered: 0, left: 0 })
    assert.deepEqual(changeOf(contacted(1), []), { entered: 0, left: 1 })
  })

  test('is not known where nobody was contacted before', () => {
    assert.equal(changeOf([], contacted(1)), undefined)
    assert.equal(changeOf(failed(1), contacted(1)), undefined)
  })
})

suite('overlapOf', () => {
  test('tells who was contacted, who came, and who did both', () => {
    assert.deepEqual(overlapOf([...contacted(1, 2, 3), ...failed(4)], new Set(['03', '04', '05'])), { active: 2, passive: 2, both: 1 })
    assert.deepEqual(overlapOf([], new Set()), { active: 0, passive: 0, both: 0 })
  })
})
