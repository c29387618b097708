import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { defined } from '../../../core/defined.ts'
import { ObjectStore } from '../../../operator/runtime/object-store.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const object = (name: string, owner?: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'n', name, ...defined({ labels: owner === undefined ? undefined : { owner } }) }, spec: { deep: {} } })

suite('ObjectStore', () => {
  test('finds objects by key and by label, after any order of changes', () => {
    const names = fc.constantFrom('a', 'b', 'c')
    const change = fc.tuple(names, fc.constantFrom('x', 'y', undefined), fc.boolean())
    fc.assert(fc.property(fc.array(change), (changes) => {
      const store = new ObjectStore('owner')
      const model = new Map<string, string | undefined>()

      for (const [name, owner, deletes] of changes) {
        if (deletes) {
          store.delete({ namespace: 'n', name })
          model.delete(name)
        } else {
          store.set(object(name, owner))
          model.set(name, owner)
        }
      }

      assert.deepEqual(store.all().map(({ metadata: { name } }) => name).sort(), [...model.keys()].sort())
      for (const owner of ['x', 'y']) {
        const expected = [...model].filter(([, value]) => value === owner).map(([name]) => name)
        assert.deepEqual(store.labelled(owner).map(({ metadata: { name } }) => name).sort(), expected.sort())
      }
      assert.equal(store.size, model.size)
    }))
  })

  test('hands out frozen objects, and returns the replaced one', () => {
    const store = new ObjectStore()
    assert.equal(store.set(object('a')), undefined)
    assert.equal(store.set(object('a', 'x'))?.metadata.labels, undefined)
    const found = store.get({ namespace: 'n', name: 'a' })!

    assert.throws(() => {
      (found['spec'] as { deep: { x?: number } }).deep.x = 1
    }, TypeError)
    assert.equal(store.delete({ namespace: 'n', name: 'a' })?.metadata.name, 'a')
    assert.equal(store.get({ namespace: 'n', name: 'a' }), undefined)
  })
})
