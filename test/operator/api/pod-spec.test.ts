import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlerPodSpec, PodSpec } from '../../../operator/api/pod-spec.ts'
import { wrongFields } from './problems.ts'

suite('PodSpec', () => {
  test('accepts quantities as numbers and as text, and any affinity', () => {
    const pod = {
      resources: { requests: { cpu: 1, memory: '512Mi' }, limits: { cpu: '1.5' } },
      affinity: { nodeAffinity: { anything: [1, 'two'] } },
      tolerations: [{ operator: 'Exists' as const }]
    }

    assert.deepEqual(PodSpec.parse(pod), pod)
    assert.deepEqual(wrongFields(PodSpec, { resources: { requests: { memory: 'much' }, limits: { cpu: -1 } } }), ['resources.requests.memory', 'resources.limits.cpu'])
  })

  test('allows hostNetwork only for a crawler', () => {
    assert.equal(CrawlerPodSpec.parse(undefined).hostNetwork, false)
    assert.deepEqual(wrongFields(PodSpec, { hostNetwork: true }), ['hostNetwork'])
  })

  test('refuses fields that the operator sets', () => {
    assert.deepEqual(wrongFields(PodSpec, { image: 'evil', securityContext: {} }), ['image', 'securityContext'])
  })
})
