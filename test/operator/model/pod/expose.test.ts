import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { networkPolicies } from '../../../../operator/model/network/policies.ts'
import { exposedService, passivePorts } from '../../../../operator/model/pod/expose.ts'
import { crawlerObjects } from '../../../../operator/model/workloads.ts'
import { clusterProbe, modelInput } from '../../../support/cluster/cluster-probe.ts'
import type { ClusterProbe } from '../../../../operator/model/probe/cluster-probe.ts'

const probe = (passive: object, more: object = {}): ClusterProbe => clusterProbe({ scans: [{ name: 'main', network: { preset: 'ipfs' }, passive, ...more }] })

suite('a passive node in the cluster', () => {
  test('has its ports on the pod and in the policy; without a passive node there are none', () => {
    const listening = probe({ enabled: true, port: 4_101 })
    const [policy] = networkPolicies(listening, modelInput)
    const { ingress } = policy!.object['spec'] as { ingress: { ports: { port: number }[] }[] }

    assert.deepEqual(passivePorts(listening.spec.scans[0]!).map(({ port, protocol }) => `${protocol} ${String(port)}`), ['TCP 4101', 'UDP 4101', 'TCP 4102'])
    assert.deepEqual(ingress.map(({ ports }) => ports.map(({ port }) => port)), [[9_090], [4_101, 4_101, 4_102]])
    assert.deepEqual(passivePorts(probe({ enabled: false }).spec.scans[0]!), [])
  })

  test('has a Service if the scan asks for one, which keeps the peers\' addresses', () => {
    const exposed = probe({ enabled: true, expose: { type: 'LoadBalancer', annotations: { team: 'net' } } })
    const [service] = exposedService(exposed, exposed.spec.scans[0]!)

    assert.partialDeepStrictEqual(service?.object, {
      metadata: { name: 'amino-crawler-main', annotations: { team: 'net' } },
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ipFamilyPolicy: 'PreferDualStack', selector: { 'peerprobe.dev/scan': 'main' }, ports: [{ name: 'p2p-tcp', port: 4_001, targetPort: 4_001 }] }
    })
    for (const passive of [{ enabled: true }, { enabled: false, expose: { type: 'NodePort' } }]) {
      const without = probe(passive)
      assert.deepEqual(exposedService(without, without.spec.scans[0]!), [])
    }
  })

  test('reads its key from a Secret, and keeps known peers on the volume of the scan', () => {
    const kept = probe({ enabled: true }, { storage: { claim: 'known' } })
    const [config, deployment] = crawlerObjects(kept, kept.spec.scans[0]!, modelInput)
    const process = JSON.parse((config!.object['data'] as Record<string, string>)['process.json'] ?? '') as object

    assert.partialDeepStrictEqual(process, { stateFolder: '/var/lib/peerprobe/state', passive: { identityFile: '/etc/peerprobe/identity/identity.key' } })
    const { template } = deployment!.object['spec'] as { template: { spec: { volumes: object[] } } }
    assert.deepEqual(template.spec.volumes.slice(-2), [{ name: 'identity', secret: { secretName: 'amino-identity-main' } }, { name: 'state', persistentVolumeClaim: { claimName: 'known' } }])
  })
})
