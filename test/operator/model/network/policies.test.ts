// The effect of the policies: which of them select a pod, and who reaches which of its ports.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { commandJob } from '../../../../operator/commands/command-job.ts'
import { labelsFor } from '../../../../operator/model/naming/labels.ts'
import { consumerName } from '../../../../operator/model/naming/names.ts'
import { networkPolicies, othersPolicyName, scrapersOf } from '../../../../operator/model/network/policies.ts'
import { ADMIN_PORT } from '../../../../operator/model/pod/pod.ts'
import { stagesOf } from '../../../../operator/model/stages.ts'
import { objectsOf } from '../../../../operator/reconcile/plan/plan.ts'
import { clusterProbe, modelInput } from '../../../support/cluster/cluster-probe.ts'
import { admits, labelsOfPods, selects } from '../../../support/cluster/policy-evaluator.ts'
import type { ClusterProbe, NetworkPeer } from '../../../../operator/model/probe/cluster-probe.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const SCANS = [
  { name: 'main', network: { preset: 'ipfs' } },
  { name: 'quiet', network: { preset: 'filecoin' }, passive: { enabled: false } },
  { name: 'lan', network: { name: 'lan', bootstrapPeers: ['/ip4/10.0.0.1/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'], protocols: ['/ipfs/kad/1.0.0'] }, addresses: { policy: 'Private' }, passive: { port: 4_101 } }
]
const SCRAPERS: readonly NetworkPeer[] = [{
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
  podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['prometheus'] }] }
}]

const probe = clusterProbe({ scans: SCANS, consumer: { replicas: 2, dump: { enabled: true, volume: { claim: 'dumps' } } } })
const policiesOf = (of: ClusterProbe, scrapers?: readonly NetworkPeer[]): KubeObject[] =>
  networkPolicies(of, { kafka: modelInput.kafka, scrapers }).map(({ object }) => object)
const podsOf = (of: ClusterProbe): Record<string, string>[] => {
  const objects = objectsOf({ ...stagesOf(of, modelInput), kafka: [] }).map(({ object }) => object)
  const deployment = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === consumerName(of.metadata))

  return labelsOfPods([...objects, commandJob(of.metadata, deployment, { args: ['offsets', 'describe'] }) as unknown as KubeObject])
}

suite('network policies', () => {
  test('select each pod once, for both directions: those of crawlers, consumers, preparation, retention, sessions and commands', () => {
    const pods = podsOf(probe)

    assert.deepEqual(pods.map(labels => labels['peerprobe.dev/scan'] ?? labels['app.kubernetes.io/component']).sort(), ['command', 'consumer', 'lan', 'main', 'prepare', 'quiet', 'retention', 'sessions'])
    for (const labels of pods) {
      const selecting = policiesOf(probe).filter(policy => selects(policy, labels))
      assert.equal(selecting.length, 1, JSON.stringify(labels))
      assert.deepEqual((selecting[0]?.['spec'] as { policyTypes: string[] }).policyTypes, ['Ingress', 'Egress'])
    }
  })

  test('select pods of a future component, and none of another PeerProbe', () => {
    const policies = policiesOf(probe)

    assert.equal(policies.filter(policy => selects(policy, { ...labelsFor(probe.metadata, 'consumer'), 'app.kubernetes.io/component': 'backup' })).length, 1)
    for (const labels of podsOf(clusterProbe({ scans: SCANS }, { name: 'amino-crawler' }))) {
      assert.deepEqual(policies.filter(policy => selects(policy, labels)), [])
    }
    assert.deepEqual(policies.filter(policy => selects(policy, { app: 'other' })), [])
  })

  test('have a unique name for each scan, however long', () => {
    const long = 'x'.repeat(39)
    const scans = ['a', 'b'].map(end => ({ name: `${long}${end}`, network: { preset: 'ipfs' } }))
    const names = policiesOf(clusterProbe({ scans }, { name: `p${long}` })).map(({ metadata }) => metadata.name)

    assert.equal(new Set(names).size, 3)
    assert.ok(names.every(name => name.length <= 63))
  })

  test('let only scrapers reach admin ports, and everybody the passive node of its scan', () => {
    const policies = policiesOf(probe, SCRAPERS)
    const prometheus = { namespace: { 'kubernetes.io/metadata.name': 'monitoring' }, pod: { app: 'prometheus' } }
    const others = [
      { namespace: { 'kubernetes.io/metadata.name': 'monitoring' }, pod: { app: 'grafana' } },
      { namespace: { 'kubernetes.io/metadata.name': 'lab' }, pod: { app: 'prometheus' } },
      { namespace: { 'kubernetes.io/metadata.name': 'lab' }, pod: {} }
    ]

    for (const labels of podsOf(probe)) {
      const policy = policies.find(one => selects(one, labels))!
      const scan = labels['peerprobe.dev/scan']
      assert.ok(admits(policy, prometheus, ADMIN_PORT))

      for (const from of others) {
        assert.ok(!admits(policy, from, ADMIN_PORT), JSON.stringify([labels, from]))
        assert.equal(admits(policy, from, 4_001), scan === 'main')
        assert.equal(admits(policy, from, 4_101), scan === 'lan')
        assert.ok(!admits(policy, from, 22))
      }
    }
  })

  test('let everybody reach admin ports if no source is given, and nobody if a source selects no pods', () => {
    const neighbour = { namespace: { 'kubernetes.io/metadata.name': 'lab' }, pod: {} }

    assert.ok(policiesOf(probe).every(policy => admits(policy, neighbour, ADMIN_PORT)))
    assert.ok(policiesOf(probe, [{ ipBlock: { cidr: '10.0.0.0/8' } }]).every(policy => !admits(policy, neighbour, ADMIN_PORT)))
  })

  test('show who scrapes, for a plan made without that option', () => {
    const found = (scrapers?: readonly NetworkPeer[]): KubeObject | undefined =>
      policiesOf(probe, scrapers).find(({ metadata }) => metadata.name === othersPolicyName(probe.metadata))

    assert.deepEqual(scrapersOf(found(SCRAPERS)), SCRAPERS)
    assert.equal(scrapersOf(found()), undefined)
    assert.equal(scrapersOf(undefined), undefined)
  })
})
