import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TableOverlap } from '../../../crawler/dht/table-overlap.ts'

/** How many of a thousand peers are queried by another protocol, which gives new peers where `isUseful` says so. */
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
  test('all peers are queried while that gives new peers', () => {
    assert.equal(asked(() => true), 1_000)
    assert.equal(asked(n => n % 4 === 0), 1_000)
  })

  test('one in eight is queried once it gives nothing new', () => {
    assert.equal(asked(() => false), 8 + 124)
  })

  test('recording an unknown protocol has no effect', () => {
    const overlap = new TableOverlap()
    overlap.note('/b/kad', true)

    assert.ok(overlap.shouldAsk('/b/kad'))
  })
})
