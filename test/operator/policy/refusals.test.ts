import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { planProbe } from '../../../operator/commands/plan.ts'
import { parsePolicy } from '../../../operator/policy/cluster-policy.ts'
import { requireAllowed } from '../../../operator/policy/refusals.ts'
import { Reconciler } from '../../../operator/reconcile/reconciler.ts'
import { clusterProbe, probeObject } from '../../support/cluster/cluster-probe.ts'
import { reconcilerRig } from '../../support/cluster/reconciler-rig.ts'
import type { ProbeError } from '../../../core/errors.ts'

const { signal } = new AbortController()
const scan = (more: object): object => ({ scans: [{ name: 'main', network: { preset: 'ipfs' }, ...more }] })
const crawlerPod = (pod: object): object => scan({ pod })
const consumerPod = (pod: object): object => ({ consumer: { pod } })
const expose = (more: object): object => scan({ passive: { expose: { type: 'NodePort', ...more } } })
const required = (term: object): object => ({ requiredDuringSchedulingIgnoredDuringExecution: [term] })
const podTerm = (term: object): object => ({ podAntiAffinity: required({ topologyKey: 'zone', ...term }) })
const preferred = (preference: object): object => ({ preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] })
const nodeTerm = (expression: object): object => ({ nodeAffinity: preferred(expression) })
const own = { labelSelector: { matchLabels: { 'peerprobe.dev/probe': 'amino' } } }

/** Fields for which a spec is refused; empty if it is allowed. */
function refused (spec: object, policy: object = {}): string[] {
  try {
    requireAllowed(clusterProbe(spec), parsePolicy(JSON.stringify(policy)))
    return []
  } catch (err) {
    return ((err as ProbeError).details['problems'] as string[]).map(problem => problem.slice(0, problem.indexOf(': ')))
  }
}

// The request, the field in the refusal, and a policy that allows it.
const ASKED: readonly [string, object, string, object][] = [
  ['the node\'s network', crawlerPod({ hostNetwork: true }), 'spec.scans[0].pod.hostNetwork', { hostNetwork: true }],
  ['private networks', scan({ addresses: { policy: 'Private' } }), 'spec.scans[0].addresses.policy', { privateAddresses: true }],
  ['private networks as well', scan({ addresses: { policy: 'Any' } }), 'spec.scans[0].addresses.policy', { privateAddresses: true }],
  ['an annotation of crawlers', crawlerPod({ annotations: { 'iam.amazonaws.com/role': 'admin' } }), 'spec.scans[0].pod.annotations["iam.amazonaws.com/role"]', { podAnnotations: ['iam.amazonaws.com/*'] }],
  ['an annotation of consumers', consumerPod({ annotations: { a: 'b' } }), 'spec.consumer.pod.annotations["a"]', { podAnnotations: ['a'] }],
  ['an annotation of a Service', expose({ annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'bank.example' } }), 'spec.scans[0].passive.expose.annotations["external-dns.alpha.kubernetes.io/hostname"]', { serviceAnnotations: ['*'] }],
  ['the same without a Service', scan({ passive: { expose: { annotations: { a: 'b' } } } }), 'spec.scans[0].passive.expose.annotations["a"]', { serviceAnnotations: ['a'] }],
  ['all taints', consumerPod({ tolerations: [{ operator: 'Exists' }] }), 'spec.consumer.pod.tolerations[0].key', { blanketTolerations: true }],
  ['all taints by an empty key', consumerPod({ tolerations: [{ key: '', operator: 'Exists', effect: 'NoExecute' }] }), 'spec.consumer.pod.tolerations[0].key', { blanketTolerations: true }],
  ['a taint', crawlerPod({ tolerations: [{ key: 'dedicated', operator: 'Exists' }] }), 'spec.scans[0].pod.tolerations[0].key', { tolerations: ['dedicated'] }],
  ['the control plane', crawlerPod({ tolerations: [{ key: 'node-role.kubernetes.io/control-plane' }] }), 'spec.scans[0].pod.tolerations[0].key', { tolerations: ['node-role.kubernetes.io/*'] }],
  ['pods of others', crawlerPod({ affinity: podTerm({ labelSelector: {} }) }), 'spec.scans[0].pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]', { podAffinity: true }],
  ['pods of other namespaces', crawlerPod({ affinity: podTerm({ ...own, namespaceSelector: {} }) }), 'spec.scans[0].pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]', { podAffinity: true }],
  ['pods of a named namespace', crawlerPod({ affinity: { podAffinity: required({ topologyKey: 'a', ...own, namespaces: ['kube-system'] }) } }), 'spec.scans[0].pod.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]', { podAffinity: true }],
  ['pods of another PeerProbe', consumerPod({ affinity: podTerm({ labelSelector: { matchLabels: { 'peerprobe.dev/probe': 'other' } } }) }), 'spec.consumer.pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]', { podAffinity: true }],
  ['an unknown affinity', consumerPod({ affinity: { hostAffinity: {} } }), 'spec.consumer.pod.affinity.hostAffinity', { podAffinity: true }],
  ['a device', consumerPod({ resources: { limits: { 'nvidia.com/gpu': 1 } } }), 'spec.consumer.pod.resources.limits["nvidia.com/gpu"]', { resources: { max: { 'nvidia.com/gpu': 1 } } }],
  ['a device by its request', crawlerPod({ resources: { requests: { 'hugepages-2Mi': '2Mi' } } }), 'spec.scans[0].pod.resources.requests["hugepages-2Mi"]', { resources: { max: { 'hugepages-2Mi': '4Mi' } } }]
]

// What the owner forbids, and a spec that asks for it.
const FORBIDDEN: readonly [object, object, string][] = [
  [{ serviceTypes: [] }, expose({}), 'spec.scans[0].passive.expose.type'],
  [{ serviceTypes: ['NodePort'] }, expose({ type: 'LoadBalancer' }), 'spec.scans[0].passive.expose.type'],
  [{ nodeLabels: ['kubernetes.io/arch'] }, crawlerPod({ nodeSelector: { 'kubernetes.io/hostname': 'n1' } }), 'spec.scans[0].pod.nodeSelector["kubernetes.io/hostname"]'],
  [{ nodeLabels: [] }, consumerPod({ affinity: nodeTerm({ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }) }), 'spec.consumer.pod.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key'],
  [{ nodeLabels: ['a'] }, consumerPod({ affinity: nodeTerm({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }) }), 'spec.consumer.pod.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchFields[0].key'],
  [{ nodeLabels: ['a'] }, consumerPod({ affinity: podTerm(own) }), 'spec.consumer.pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey'],
  [{ servers: ['*.svc', 'kafka'] }, {}, 'spec.mysql.host'],
  [{ servers: [] }, {}, 'spec.kafka.brokers[0]'],
  [{ servers: ['db'] }, {}, 'spec.kafka.brokers[0]'],
  [{ resources: { max: { memory: '1Gi' } } }, crawlerPod({ resources: { limits: { memory: '1025Mi' } } }), 'spec.scans[0].pod.resources.limits["memory"]'],
  [{ resources: { max: { cpu: 1 } } }, consumerPod({ resources: { requests: { cpu: '1001m' } } }), 'spec.consumer.pod.resources.requests["cpu"]'],
  [{ resources: { max: { cpu: 1 } } }, consumerPod({ resources: { limits: { cpu: '0m' } } }), 'spec.consumer.pod.resources.limits["cpu"]']
]

suite('what a PeerProbe asks for', () => {
  for (const [what, spec, field, allowing] of ASKED) {
    test(`is refused with its field unless the owner allows it: ${what}`, () => {
      assert.deepEqual(refused(spec), [field])
      assert.deepEqual(refused(spec, allowing), [])
      assert.deepEqual(refused(spec, { namespaces: { lab: allowing } }), [])
      assert.deepEqual(refused(spec, { namespaces: { other: allowing } }), [field])
      assert.deepEqual(refused(spec, { ...allowing, namespaces: { other: {} } }), [])
    })
  }

  test('is refused with its field if the owner forbids what the default allows', () => {
    for (const [policy, spec, field] of FORBIDDEN) {
      assert.deepEqual(refused(spec), [], field)
      assert.ok(refused(spec, policy).includes(field), `${field}: ${JSON.stringify(refused(spec, policy))}`)
    }
  })

  test('is allowed if it is harmless', () => {
    for (const spec of [{}, expose({}), crawlerPod({ nodeSelector: { disk: 'ssd' } }), crawlerPod({ affinity: podTerm(own) }), consumerPod({ resources: { limits: { memory: '8Gi' } } }), consumerPod({ tolerations: [] })]) {
      assert.deepEqual(refused(spec), [])
    }
  })

  test('tolerates the cluster\'s own taints only by patterns written for them', () => {
    for (const key of ['node-role.kubernetes.io/master', 'node.kubernetes.io/unschedulable', 'node.cloudprovider.kubernetes.io/uninitialized']) {
      const spec = consumerPod({ tolerations: [{ key, operator: 'Exists' }] })
      assert.deepEqual([refused(spec, { tolerations: ['*', 'n*', 'node*'] }).length, refused(spec, { tolerations: [key] }).length], [1, 0], key)
    }
  })

  test('is refused with all problems and the settings that would allow them, and a long key is cut', () => {
    const spec = { ...scan({ pod: { hostNetwork: true, annotations: { ['k'.repeat(316)]: '' } } }), ...consumerPod({ tolerations: [{ operator: 'Exists' }] }) }

    assert.throws(() => {
      requireAllowed(clusterProbe(spec), {})
    }, (err: ProbeError) => {
      assert.equal(err.code, 'PP_POLICY_FORBIDS')
      assert.match(err.message, /^PeerProbe lab\/amino: 3 problems\n {2}spec\.consumer\.pod\.tolerations\[0\]\.key: /)
      assert.match(err.message, /spec\.scans\[0\]\.pod\.hostNetwork: .* allows it by policy\.hostNetwork: true, or for this namespace by policy\.namespaces\.lab\.hostNetwork: true$/m)
      assert.ok(err.message.length < 2_000)
      return true
    })
  })
})

suite('a PeerProbe that is refused', () => {
  test('changes no running workload, says why, and continues once it is allowed; plan says the same', async () => {
    const { cluster, reconciler, ready, converge } = reconcilerRig()
    await converge()
    const before = JSON.stringify([...cluster.stores].filter(([kind]) => kind !== 'PeerProbe').map(([, store]) => store.all()))
    const asking = probeObject(crawlerPod({ hostNetwork: true }))
    cluster.store('PeerProbe').set({ ...cluster.store('PeerProbe').get(asking.metadata)!, spec: asking['spec'] })
    const result = await reconciler.reconcile('lab/amino', signal)
    assert.ok('terminal' in result)
    assert.equal(ready()?.reason, 'PolicyForbids')
    assert.match(ready()?.message ?? '', /spec\.scans\[0\]\.pod\.hostNetwork/)
    assert.equal(JSON.stringify([...cluster.stores].filter(([kind]) => kind !== 'PeerProbe').map(([, store]) => store.all())), before)
    await assert.rejects(planProbe({ ...cluster.deps(), workloadImage: undefined, defaultImage: 'peerprobe:1' }, asking, signal), { code: 'PP_POLICY_FORBIDS', message: /spec\.scans\[0\]\.pod\.hostNetwork/ })

    const allowing = new Reconciler({ ...cluster.deps(), policy: { hostNetwork: true } })
    await allowing.reconcile('lab/amino', signal)
    assert.match(JSON.stringify(cluster.store('Deployment').get({ namespace: 'lab', name: 'amino-crawler-main' })), /"hostNetwork":true/)
  })

  test('starts no pod if none ran', async () => {
    const { cluster, ready, converge } = reconcilerRig(consumerPod({ tolerations: [{ operator: 'Exists' }] }))
    await converge()

    assert.equal(ready()?.reason, 'PolicyForbids')
    assert.deepEqual(['Job', 'Deployment', 'CronJob', 'ConfigMap', 'Service'].map(kind => cluster.store(kind).size), [0, 0, 0, 0, 0])
  })
})
