import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TableOverlap } from '../../../crawler/dht/table-overlap.ts'

/** How many of a thousand peers are asked by a further protocol that brings something to those that `isUseful` names. */
function asked (isUseful: (n: number) => boolean): number {
  const overlap = new TableOverlap()
  let count = 0

  for (let n = 0; n < 1_000; n++) {
    if (overlap.shouldAsk('/b/kad')) {
      count++
      overlap.note('/b/kad', isUseful(n))
    }
  }

  return count
}

suite('TableOverlap', () => {
  test('all peers are asked while that brings something', () => {
    assert.equal(asked(() => true), 1_000)
    assert.equal(asked(n => n % 4 === 0), 1_000)
  })

  test('one in eight is asked once it brings nothing', () => {
    assert.equal(asked(() => false), 8 + 124)
  })

  test('a protocol that nobody was asked by is noted without effect', () => {
    const overlap = new TableOverlap()
    overlap.note('/b/kad', true)

    assert.ok(overlap.shouldAsk('/b/kad'))
  })
})
