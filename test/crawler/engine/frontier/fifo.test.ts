import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Fifo } from '../../../../crawler/engine/frontier/fifo.ts'

suite('Fifo', () => {
  test('returns items in order, through all compactions', () => {
    const fifo = new Fifo<number>()
    const given: number[] = []

    for (let n = 0; n < 10_000; n++) {
      fifo.push(n)

      if (n % 3 > 0) {
        given.push(fifo.shift()!)
      }
    }
    for (let next = fifo.shift(); next !== undefined; next = fifo.shift()) {
      given.push(next)
    }

    assert.deepEqual(given, Array.from({ length: 10_000 }, (_, n) => n))
  })

  test('accepts more items after it was empty', () => {
    const fifo = new Fifo<string>()
    fifo.push('a')

    assert.deepEqual([fifo.shift(), fifo.shift()], ['a', undefined])
    fifo.push('b')
    assert.equal(fifo.shift(), 'b')
  })
})
