import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { keysOf, recordOf } from '../../core/record-keys.ts'

suite('record-keys', () => {
  test('keysOf returns the keys in their order', () => {
    assert.deepEqual(keysOf({ b: 1, a: undefined }), ['b', 'a'])
  })

  test('recordOf gives each key its value', () => {
    assert.deepEqual(recordOf(['x', 'yy'], key => key.length), { x: 1, yy: 2 })
  })
})
