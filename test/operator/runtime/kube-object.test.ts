import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KINDS, strimziKinds } from '../../../operator/model/naming/kinds.ts'
import { keyOf, pathOf } from '../../../operator/runtime/kube-object.ts'

test('paths are those of the API, and names cannot escape them', () => {
  assert.equal(pathOf(KINDS.pod), '/api/v1/pods')
  assert.equal(pathOf(KINDS.deployment, { namespace: 'a', name: 'b' }), '/apis/apps/v1/namespaces/a/deployments/b')
  assert.equal(pathOf(strimziKinds('v1beta2').kafkaTopic, { namespace: 'kafka' }), '/apis/kafka.strimzi.io/v1beta2/namespaces/kafka/kafkatopics')
  assert.equal(pathOf(KINDS.pod, { namespace: '../x', name: 'a/b' }), '/api/v1/namespaces/..%2Fx/pods/a%2Fb')
  assert.equal(keyOf({ namespace: 'a', name: 'b' }), 'a/b')
})
