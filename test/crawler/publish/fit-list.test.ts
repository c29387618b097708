import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fitList, jsonBytes } from '../../../crawler/publish/fit-list.ts'

suite('fitList', () => {
  test('keeps the first items that fit, in bytes of JSON including escapes and brackets', () => {
    const list = ['ab', '"', '節', { a: 1 }]
    const all = Buffer.byteLength(JSON.stringify(list))

    assert.equal(fitList(list, all), list)
    assert.deepEqual([all - 1, 17, 16, 10, 5].map(bytes => fitList(list, bytes).length), [3, 3, 2, 1, 0])

    for (let bytes = 2; bytes < all; bytes++) {
      const fitted = fitList(list, bytes)
      const next = list.slice(0, fitted.length + 1)
      assert.ok(jsonBytes(fitted) <= bytes && jsonBytes(next) > bytes, String(bytes))
    }
  })
})
