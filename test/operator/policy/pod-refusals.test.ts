import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { affinityRefusals } from '../../../operator/policy/affinity-refusals.ts'
import { DEFAULT_FIELDS } from '../../../operator/policy/cluster-policy.ts'
import { podRefusals } from '../../../operator/policy/pod-refusals.ts'
import { keyRefusals } from '../../../operator/policy/refusal.ts'
import { clusterProbe } from '../../support/cluster/cluster-probe.ts'

suite('podRefusals', () => {
  test('checks the consumers and each scan', () => {
    const pod = { annotations: { a: '' } }
    const scans = ['one', 'two'].map(name => ({ name, network: { preset: 'ipfs' }, pod }))

    assert.deepEqual(
      podRefusals(clusterProbe({ scans, consumer: { pod } }), DEFAULT_FIELDS).map(({ field, setting }) => [field, setting]),
      ['spec.consumer.pod', 'spec.scans[0].pod', 'spec.scans[1].pod'].map(field => [`${field}.annotations["a"]`, 'podAnnotations: ["a"]'])
    )
  })
})

suite('keyRefusals', () => {
  test('reports each key that no pattern covers, and treats a missing map as empty', () => {
    const allowed = { patterns: ['a*'], setting: 'podAnnotations', what: 'annotation' }

    assert.deepEqual(keyRefusals('f', { ab: 1, b: 1, c: 1 }, allowed).map(({ field }) => field), ['f["b"]', 'f["c"]'])
    assert.deepEqual(keyRefusals('f', undefined, allowed), [])
  })
})

suite('affinityRefusals', () => {
  test('accepts any shape: parts that Kubernetes would ignore are checked as well', () => {
    const fieldsOf = (affinity: Record<string, unknown>, nodeLabels: string[] = []): string[] => affinityRefusals('f', affinity, { probe: 'amino', policy: { ...DEFAULT_FIELDS, nodeLabels } }).map(({ field }) => field)

    for (const value of [undefined, null, 'x', 7, [], [[null]], {}]) {
      assert.deepEqual(fieldsOf({ nodeAffinity: value, podAffinity: value }), [])
    }
    assert.deepEqual(fieldsOf({ nodeAffinity: [[{ key: 'a' }]] }), ['f.nodeAffinity[0][0].key'])
    assert.deepEqual(fieldsOf({ podAffinity: { deep: { podAffinityTerm: { topologyKey: 'a' } } } }, ['*']), ['f.podAffinity.deep.podAffinityTerm'])
    assert.deepEqual(fieldsOf({ podAffinity: [{ topologyKey: 'a', labelSelector: 'amino', namespaces: [] }] }), ['f.podAffinity[0].topologyKey', 'f.podAffinity[0]'])
  })
})
