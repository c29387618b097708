import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { locate } from '../../../local/manifest/problem.ts'

suite('locate', () => {
  test('finds the values at a path, through every item of a list', () => {
    const manifest = { spec: { scans: [{ pod: 1 }, {}, { pod: null }, 'text'] } }

    assert.deepEqual(locate(manifest, ['spec', 'scans', '*', 'pod']), [
      { path: ['spec', 'scans', 0, 'pod'], value: 1 },
      { path: ['spec', 'scans', 2, 'pod'], value: null }
    ])
  })

  test('accepts a manifest of any shape', () => {
    fc.assert(fc.property(fc.anything(), (manifest) => {
      assert.ok(Array.isArray(locate(manifest, ['spec', 'scans', '*', 'constructor'])))
    }))
    assert.deepEqual(locate({}, ['constructor']), [])
  })
})
