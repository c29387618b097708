import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DEFAULT_FIELDS } from '../../../operator/policy/cluster-policy.ts'
import { exposeRefusals } from '../../../operator/policy/expose-refusals.ts'
import { reachRefusals } from '../../../operator/policy/reach-refusals.ts'
import { clusterProbe } from '../../support/cluster/cluster-probe.ts'

suite('reachRefusals', () => {
  test('reports each server that is not listed, without port and brackets', () => {
    const probe = clusterProbe({ kafka: { brokers: ['a:1', '[fd00::1]:2', 'c.data.svc:3'] }, mysql: { host: '[fd00::2]', database: 'x', credentialsSecret: { name: 's' } } })

    assert.deepEqual(reachRefusals(probe, { ...DEFAULT_FIELDS, servers: ['fd00::1', '*.data.svc'] }).map(({ field, setting }) => [field, setting]), [
      ['spec.mysql.host', 'servers: ["fd00::2"]'],
      ['spec.kafka.brokers[0]', 'servers: ["a"]']
    ])
    assert.deepEqual(reachRefusals(probe, DEFAULT_FIELDS), [])
  })
})

suite('exposeRefusals', () => {
  test('reports the scan whose Service is not allowed', () => {
    const scan = (name: string, type: string): object => ({ name, network: { preset: 'ipfs' }, passive: { expose: { type } } })
    const probe = clusterProbe({ scans: [scan('one', 'None'), scan('two', 'NodePort'), scan('three', 'LoadBalancer')] })

    assert.deepEqual(exposeRefusals(probe, { ...DEFAULT_FIELDS, serviceTypes: ['LoadBalancer'] }).map(({ field, setting }) => [field, setting]), [['spec.scans[1].passive.expose.type', 'serviceTypes: [NodePort]']])
    assert.deepEqual(exposeRefusals(probe, DEFAULT_FIELDS), [])
  })
})
