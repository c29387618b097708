import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PAUSE, pausedFinding } from '../../../operator/reconcile/paused.ts'
import { wholePlan } from '../../../operator/reconcile/plan/whole-plan.ts'
import { Reconciler } from '../../../operator/reconcile/reconciler.ts'
import { clusterProbe, probeObject } from '../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../support/cluster/fake-cluster.ts'
import type { Finding } from '../../../operator/reconcile/conditions/conditions.ts'

const { signal } = new AbortController()
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'lab', name: 'mysql', labels: { 'peerprobe.dev/use': 'true' } }, data: { username: 'dQ==', password: 'cA==' } }

async function running (): Promise<{ cluster: FakeCluster, paused: () => Promise<Finding> }> {
  const cluster = new FakeCluster()
  cluster.put(SECRET)
  cluster.store('PeerProbe').set(probeObject())
  const reconciler = new Reconciler(cluster.deps())

  for (let i = 0; i < 6; i++) {
    await reconciler.reconcile('lab/amino', signal)
    cluster.settle()
  }

  return { cluster, paused: async () => await pausedFinding(cluster.deps(), { probe: clusterProbe(), object: probeObject({}, { annotations: { [PAUSE]: 'true' } }) }, signal) }
}

suite('a PeerProbe that is paused', () => {
  test('says how to continue, and nothing else while everything is as planned', async () => {
    const { cluster, paused } = await running()
    const before = cluster.writes.length

    assert.equal((await paused()).message, 'paused: remove the annotation peerprobe.dev/pause to continue')
    assert.equal(cluster.writes.length, before)
  })

  test('lists what is not as planned, and repairs nothing', async () => {
    const { cluster, paused } = await running()
    const deployment = cluster.store('Deployment').get({ namespace: 'lab', name: 'amino-consumer' })!
    cluster.put({ ...deployment, spec: { ...deployment['spec'] as object, replicas: 7 } })
    cluster.store('ConfigMap').delete({ namespace: 'lab', name: 'amino-crawler-main' })
    const before = cluster.writes.length
    const { message } = await paused()

    assert.match(message, /to continue; not as planned: .*Deployment amino-consumer .*replicas/)
    assert.match(message, /ConfigMap amino-crawler-main \(missing\)/)
    assert.equal(cluster.writes.length, before)
  })

  test('lists some of the differences, and counts the others', async () => {
    const { cluster, paused } = await running()
    cluster.store('ConfigMap').all().forEach(({ metadata }) => {
      cluster.store('ConfigMap').delete(metadata)
    })
    cluster.store('Deployment').all().forEach(({ metadata }) => {
      cluster.store('Deployment').delete(metadata)
    })

    assert.match((await paused()).message, / and \d more$/)
  })

  test('reports that it cannot be planned', async () => {
    const { cluster } = await running()
    const spec = { kafka: { strimzi: { cluster: 'events' } } }
    const work = { probe: clusterProbe(spec), object: probeObject(spec) }
    const { status, message } = await pausedFinding(cluster.deps(), work, signal)

    assert.equal(status, 'True')
    assert.match(message, /the differences are not known: .*install Strimzi/)
  })
})

test('wholePlan reports the missing Secret, and the keys that would be created', async () => {
  const cluster = new FakeCluster()
  const { missing, newKeys, planned } = await wholePlan(cluster.deps(), { probe: clusterProbe(), object: probeObject() }, { images: { workload: 'peerprobe:1' } }, signal)

  assert.match(missing ?? '', /Secret lab\/mysql does not exist/)
  assert.deepEqual(newKeys, ['amino-identity-main', 'amino-hash-key'])
  assert.ok(planned.some(({ object }) => object.metadata.name === 'amino-crawler-main'))
})
