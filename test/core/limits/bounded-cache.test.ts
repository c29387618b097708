import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { BoundedCache } from '../../../core/limits/bounded-cache.ts'

suite('BoundedCache', () => {
  test('never holds more than twice its limit, and never gives a value that was not set last', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(3))), fc.integer({ min: 1, max: 5 }), (writes, limit) => {
      const cache = new BoundedCache<number>(limit)
      const truth = new Map<string, number>()

      for (const [key, value] of writes) {
        cache.set(String(key), value)
        truth.set(String(key), value)
        assert.equal(cache.get(String(key)), value)
        assert.ok(cache.size <= 2 * limit)
      }
      for (const [key, value] of truth) {
        assert.ok([undefined, value].includes(cache.get(key)))
      }
    }))
  })

  test('keeps what is used and drops what is not', () => {
    const cache = new BoundedCache<string>(2)
    cache.set('used', 'x')
    cache.set('idle', 'x')
    for (const key of ['a', 'b', 'c', 'd']) {
      cache.set(key, 'x')
      cache.get('used')
    }

    assert.equal(cache.get('used'), 'x')
    assert.equal(cache.get('idle'), undefined)
  })

  test('is empty after a clear', () => {
    const cache = new BoundedCache<string>(1)
    cache.set('a', 'x')
    cache.set('b', 'x')
    cache.clear()

    assert.equal(cache.size, 0)
  })
})
