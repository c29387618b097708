import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { firstDifference } from '../../../operator/runtime/covers.ts'

suite('firstDifference', () => {
  test('does not exist between a value and itself, nor when others add fields', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (desired, extra) => {
      assert.equal(firstDifference({ ...desired, 'added by others': extra }, JSON.parse(JSON.stringify(desired))), undefined)
    }))
  })

  test('is the field that is missing or differs', () => {
    assert.equal(firstDifference({ spec: { replicas: 2 } }, { spec: { replicas: 3 } }), 'spec.replicas')
    assert.equal(firstDifference({}, { spec: { replicas: 3 } }), 'spec')
    assert.equal(firstDifference({ args: ['a'] }, { args: ['a', 'b'] }), 'args')
    assert.equal(firstDifference({ args: ['a', 'c'] }, { args: ['a', 'b'] }), 'args[1]')
  })

  test('is found by key in lists that others may add to', () => {
    const live = { containers: [{ name: 'sidecar' }, { name: 'main', image: 'x', ports: [{ containerPort: 53, protocol: 'TCP' }, { containerPort: 53, protocol: 'UDP' }] }] }

    assert.equal(firstDifference(live, { containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 53, protocol: 'UDP' }] }] }), undefined)
    assert.equal(firstDifference(live, { containers: [{ name: 'main', image: 'y' }] }), 'containers[0].image')
    assert.equal(firstDifference(live, { containers: [{ name: 'other' }] }), 'containers[0]')
  })

  test('compares quantities by value, and treats empty as missing', () => {
    assert.equal(firstDifference({ requests: { memory: '1Gi', cpu: '500m' } }, { requests: { memory: '1024Mi', cpu: 0.5 } }), undefined)
    assert.equal(firstDifference({ requests: { memory: '1Gi' } }, { requests: { memory: '1G' } }), 'requests.memory')
    assert.equal(firstDifference({ name: '1Gi' }, { name: '1024Mi' }), 'name')
    assert.equal(firstDifference({}, { spec: {}, list: [] }), undefined)
  })
})
