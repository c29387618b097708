import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { objectDiff } from '../../../operator/commands/object-diff.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const object = (spec: object, metadata: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', ...metadata }, spec })

suite('objectDiff', () => {
  test('shows the lines that differ, sorted by key, with context', () => {
    const spec = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map(key => [key, 1]))

    assert.deepEqual(objectDiff(object(spec), object({ ...Object.fromEntries(Object.entries(spec).reverse()), i: 2 })), ['   g: 1', '   h: 1', '-  i: 1', '+  i: 2'])
    assert.deepEqual(objectDiff(object(spec), object({ ...spec, a: 2, i: 2 })).filter(line => !line.startsWith(' ')), ['-  a: 1', '+  a: 2', '…', '-  i: 1', '+  i: 2'])
  })

  test('leaves out fields that the server and the operator write on their own', () => {
    const written = { resourceVersion: '7', generation: 2, managedFields: [{}], annotations: { 'peerprobe.dev/applied': 'x' } }

    assert.deepEqual(objectDiff(object({}), { ...object({}, written), status: { ready: true } }), [])
    assert.deepEqual(objectDiff(object({}), object({}, { labels: { mine: 'x' } })).filter(line => line.startsWith('+')), ['+  labels:', '+    mine: x'])
  })
})
