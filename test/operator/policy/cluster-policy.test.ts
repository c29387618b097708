import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { ClusterPolicy, DEFAULT_FIELDS, DEFAULT_POLICY, parsePolicy, policyFor } from '../../../operator/policy/cluster-policy.ts'

const CHART = new URL('../../../helm/peerprobe/', import.meta.url)

suite('the policy', () => {
  test('has the defaults of the chart\'s values, and every field of it is in the chart', () => {
    const { policy } = parse(readFileSync(new URL('values.yaml', CHART), 'utf8')) as { policy: object }
    const schema = JSON.parse(readFileSync(new URL('values.schema.json', CHART), 'utf8')) as { properties: { policy: { properties: object & { namespaces: { additionalProperties: { properties: object } } } } } }
    const fields = Object.keys(ClusterPolicy.shape).filter(field => field !== 'namespaces').sort()

    assert.deepEqual(policyFor(parsePolicy(JSON.stringify(policy)), 'lab'), DEFAULT_FIELDS)
    assert.deepEqual(Object.keys(policy).sort(), [...fields, 'namespaces'].sort())
    assert.deepEqual(Object.keys(schema.properties.policy.properties.namespaces.additionalProperties.properties).sort(), fields)
    assert.deepEqual(Object.keys(schema.properties.policy.properties).sort(), [...fields, 'namespaces'].sort())
  })

  test('applies to all namespaces; a namespace\'s own settings override it field by field', () => {
    const policy = parsePolicy(JSON.stringify({ hostNetwork: true, podAnnotations: ['a'], resources: { max: { cpu: 1 } }, namespaces: { lab: { podAnnotations: ['b'], resources: { max: { memory: '1Gi' } } }, constructor: { hostNetwork: false } } }))

    assert.deepEqual([policyFor(policy, 'lab').hostNetwork, policyFor(policy, 'lab').podAnnotations, policyFor(policy, 'lab').resources.max], [true, ['b'], { memory: '1Gi' }])
    assert.deepEqual([policyFor(policy, 'other').podAnnotations, policyFor(policy, 'other').resources.max], [['a'], { cpu: 1 }])
    assert.deepEqual(policyFor(policy, 'other').resources.crawler, DEFAULT_FIELDS.resources.crawler)
    assert.equal(policyFor(policy, 'constructor').hostNetwork, false)
    assert.deepEqual(policyFor(parsePolicy('{"namespaces":{"lab":{}}}'), 'constructor'), DEFAULT_FIELDS)
    assert.equal(parsePolicy(undefined), DEFAULT_POLICY)
    assert.equal(parsePolicy(' '), DEFAULT_POLICY)
  })

  test('is refused with the wrong field', () => {
    for (const [text, words] of [
      ['{', /--policy: is not JSON/],
      ['[]', /--policy: 1 problem/],
      ['{"hostnetwork":true}', /hostnetwork: unknown field/],
      ['{"hostNetwork":"yes"}', /hostNetwork: /],
      ['{"namespaces":{"A":{}}}', /namespaces/],
      ['{"namespaces":{"lab":{"tolerations":["a*b"]}}}', /namespaces\.lab\.tolerations\[0\]: must be a whole key/],
      ['{"serviceTypes":["ExternalName"]}', /serviceTypes\[0\]: /],
      ['{"resources":{"max":{"cpu":"many"}}}', /resources\.max\.cpu: /]
    ] as const) {
      assert.throws(() => parsePolicy(text), { code: 'PP_CONFIG_INVALID', message: words }, text)
    }
  })
})
