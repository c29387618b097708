// The order of the steps, and whose messages are reported, with earlier, present and missing objects.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { probeObject } from '../../support/cluster/cluster-probe.ts'
import { KEY, reconcilerRig as rig, SECRET } from '../../support/cluster/reconciler-rig.ts'
import type { Condition } from '../../../operator/reconcile/conditions/conditions.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()

suite('Reconciler', () => {
  test('reports a preparation by its own pods, and ends the earlier one first', async () => {
    const { cluster, reconciler, status } = rig()
    const database = (): Condition | undefined => (status()['conditions'] as Condition[]).find(({ type }) => type === 'DatabaseReady')
    const says = (): (string | undefined)[] => [database()?.reason, database()?.message]
    const failing = (name: string, job: KubeObject, end: object = {}): void => {
      const labels = { 'app.kubernetes.io/component': 'prepare', 'peerprobe.dev/probe': 'amino' }
      const containerStatuses = [{ state: { terminated: { exitCode: 1, message: `PP_STORE_AUTH: said by ${name}`, ...end } } }]
      cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name, labels, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid: job.metadata.uid ?? '', controller: true }] }, status: { containerStatuses } })
    }
    await reconciler.reconcile(KEY, signal)
    const [first] = cluster.store('Job').all()
    failing('old-pod', first!)
    await reconciler.reconcile(KEY, signal)
    assert.match(String(says()), /said by old-pod/)
    cluster.put({ ...SECRET, data: { ...SECRET.data, password: 'bmV3' } })
    await reconciler.reconcile(KEY, signal)
    const [second] = cluster.store('Job').all()
    const { name } = first!.metadata
    const writes = cluster.writes.filter(write => write.includes(' Job '))
    assert.deepEqual(writes, [`apply Job ${name}`, `remove Job ${name}`, `apply Job ${second!.metadata.name}`])
    assert.deepEqual([database()?.status, database()?.message], ['Unknown', `prepare job ${second!.metadata.name} runs`])
    failing('new-pod', second!)
    await reconciler.reconcile(KEY, signal)

    assert.match(String(says()), /said by new-pod/)
    assert.match(String(says()), /^StoreAuth,/)

    failing('new-pod', second!, { reason: 'OOMKilled' })
    await reconciler.reconcile(KEY, signal)
    assert.match(String(says()), /^OOMKilled,/)
    failing('new-pod', second!, { message: 'broken' })
    await reconciler.reconcile(KEY, signal)
    assert.deepEqual(says(), ['PrepareFailed', `prepare job ${second!.metadata.name}: Error: broken`])
  })

  test('starts and changes crawlers once a consumer of the same plan runs, not before', async () => {
    const { cluster, reconciler, status } = rig()
    const crawlers = (): Condition | undefined => (status()['conditions'] as Condition[]).find(({ type }) => type === 'CrawlersReady')
    const consumers = (state: object): void => {
      cluster.status('Deployment', { namespace: 'lab', name: 'amino-consumer' }, { replicas: 1, updatedReplicas: 1, readyReplicas: 0, ...state })
    }
    const step = async (): Promise<void> => {
      await reconciler.reconcile(KEY, signal)
    }
    const labels = { 'app.kubernetes.io/component': 'consumer', 'peerprobe.dev/probe': 'amino' }
    await step()
    cluster.settle()
    await step()
    const template = (cluster.store('Deployment').get({ namespace: 'lab', name: 'amino-consumer' })!['spec'] as { template: { metadata: { annotations: Record<string, string> } } }).template
    cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name: 'c-1', labels, annotations: template.metadata.annotations }, status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }] } })
    consumers({})
    await step()
    assert.deepEqual([(status()['conditions'] as Condition[]).find(({ type }) => type === 'ConsumersReady')?.reason, crawlers()?.reason], ['Unschedulable', 'WaitingForConsumers'])
    assert.deepEqual(cluster.store('Deployment').all().map(({ metadata: { name } }) => name), ['amino-consumer'])
    assert.equal(cluster.store('CronJob').size, 2, 'steps that do not depend on consumers go on')
    consumers({ readyReplicas: 1 })
    await step()
    assert.equal(cluster.store('Deployment').size, 2)
    cluster.settle()
    await step()
    assert.equal(crawlers()?.reason, 'Running')

    // The consumers fail: running crawlers are left alone and reported as they are, changed crawlers wait, and deleted ones are removed.
    consumers({})
    await step()
    assert.equal(crawlers()?.reason, 'Running')
    const before = cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })!
    const { length } = cluster.writes
    cluster.store('PeerProbe').set({ ...before, spec: probeObject({ scans: [{ name: 'fil', network: { preset: 'filecoin' } }] })['spec'] })
    await step()

    assert.equal(crawlers()?.reason, 'WaitingForConsumers')
    assert.deepEqual(cluster.writes.slice(length).filter(write => / (ConfigMap|Deployment) /.test(write)), ['remove ConfigMap amino-crawler-main', 'remove Deployment amino-crawler-main'])
  })

  test('refuses one consumer group for two topics in the PeerProbe that was not verified first', async () => {
    const { cluster, reconciler, status } = rig()
    const first = probeObject({ kafka: { brokers: ['kafka:9092'], topic: { name: 'other' } } }, { name: 'first', uid: 'u-0', creationTimestamp: '2027-01-01T00:00:00Z' })
    cluster.store('PeerProbe').set({ ...first, status: { prepared: 'first-prepare' } })
    await reconciler.reconcile(KEY, signal)

    assert.match(String(status()['summary']), /^OwnershipConflict: spec\.kafka\.consumerGroup: PeerProbe first reads another topic of this Kafka with consumer group ipfs-node-consumer/)
    assert.deepEqual(cluster.writes, ['status PeerProbe amino'])
  })
})
