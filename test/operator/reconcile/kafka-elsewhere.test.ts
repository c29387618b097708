import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SecretReader } from '../../../operator/reconcile/apply/secret-reader.ts'
import { formerUser } from '../../../operator/reconcile/kafka/former-user.ts'
import { ALLOWED_NAMESPACES } from '../../../operator/reconcile/kafka/kafka-plan.ts'
import { Reconciler } from '../../../operator/reconcile/reconciler.ts'
import { FINALIZER, needsFinalizer } from '../../../operator/reconcile/steps/finalizer.ts'
import { kafkaStep } from '../../../operator/reconcile/steps/kafka-step.ts'
import { prune } from '../../../operator/reconcile/steps/prune.ts'
import { clusterProbe, probeObject } from '../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../support/cluster/fake-cluster.ts'
import type { ProbeError } from '../../../core/errors.ts'

const { signal } = new AbortController()
const KEY = 'lab/amino'

suite('Kafka of another namespace', () => {
  const spec = { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } } }
  const kafka = { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', metadata: { namespace: 'kafka', name: 'events', annotations: { [ALLOWED_NAMESPACES]: 'lab' } }, spec: { kafka: { listeners: [{ name: 'tls', type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } }] } }, status: { listeners: [{ name: 'tls', bootstrapServers: 'k:9093' }] } }
  const work = (): Parameters<typeof kafkaStep>[1] => ({ probe: clusterProbe(spec), object: probeObject(spec) })

  test('is used only with its consent, and its user\'s Secret is copied', async () => {
    const cluster = new FakeCluster()
    const deps = cluster.deps()
    await assert.rejects(kafkaStep(deps, work(), new SecretReader(deps.client), signal), { code: 'PP_STRIMZI_MISSING' })
    cluster.strimziVersion = 'v1'
    await assert.rejects(kafkaStep(deps, work(), new SecretReader(deps.client), signal), { code: 'PP_KAFKA_MISSING' })
    cluster.put({ ...kafka, metadata: { ...kafka.metadata, annotations: { [ALLOWED_NAMESPACES]: 'others' } } })
    await assert.rejects(kafkaStep(deps, work(), new SecretReader(deps.client), signal), { code: 'PP_NAMESPACE_NOT_ALLOWED' })
    cluster.put(kafka)
    await assert.rejects(kafkaStep(deps, work(), new SecretReader(deps.client), signal), { code: 'PP_TOPIC_NOT_READY' })

    for (const name of ['ipfs-nodes', 'ipfs-nodes-dead-letters']) {
      await assert.rejects(kafkaStep(deps, work(), new SecretReader(deps.client), signal), { code: 'PP_TOPIC_NOT_READY' })
      cluster.status('KafkaTopic', { namespace: 'kafka', name }, { conditions: [{ type: 'Ready', status: 'True' }], topicId: `id of ${name}` })
    }
    await assert.rejects(kafkaStep(deps, work(), new SecretReader(deps.client), signal), { code: 'PP_USER_NOT_READY' })
    cluster.status('KafkaUser', { namespace: 'kafka', name: 'lab-amino-peerprobe' }, { conditions: [{ type: 'Ready', status: 'True' }], secret: 'made' })
    await assert.rejects(kafkaStep(deps, work(), new SecretReader(deps.client), signal), { code: 'PP_SECRET_MISSING' })
    cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'kafka', name: 'made' }, data: { password: 'cA==' } })

    const { objects, afterRoll, ...result } = await kafkaStep(deps, work(), new SecretReader(deps.client), signal)
    assert.deepEqual(result, { access: { bootstrapServers: ['k:9093'], tls: true, caPem: '', userSecret: 'made', userName: 'lab-amino-peerprobe' }, topicId: 'id of ipfs-nodes', held: [] })
    const { namespace, name } = objects.copy!.object.metadata
    assert.deepEqual([objects.topics.length, objects.user?.object.metadata.name, `${namespace ?? ''}/${name}`, afterRoll], [2, 'lab-amino-peerprobe', 'lab/made', []])
    assert.deepEqual(cluster.store('Secret').get({ namespace: 'lab', name: 'made' })?.['data'], { password: 'cA==' })
  })

  test('is judged by the server\'s answer to a write, and counts as in progress for a minute', async () => {
    const cluster = new FakeCluster()
    const deps = cluster.deps()
    const plain = { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' } } }
    const ofPlain = { ...kafka, spec: { kafka: { listeners: [{ name: 'tls', type: 'internal', tls: true }] } } }
    const look = async (): Promise<unknown> => await kafkaStep(deps, { ...work(), probe: clusterProbe(plain), object: probeObject(plain) }, new SecretReader(deps.client), signal).then(() => 'ready', (err: unknown) => err)
    const key = { namespace: 'kafka', name: 'ipfs-nodes' }
    cluster.strimziVersion = 'v1'
    cluster.put(ofPlain)

    for (const name of ['ipfs-nodes', 'ipfs-nodes-dead-letters']) {
      await look()
      cluster.status('KafkaTopic', { namespace: 'kafka', name }, { conditions: [{ type: 'Ready', status: 'True' }] })
    }
    assert.equal(await look(), 'ready')
    const topic = cluster.store('KafkaTopic').get(key)!
    cluster.put({ ...topic, spec: { ...topic['spec'] as object, partitions: 7 } })
    cluster.status('KafkaTopic', key, { conditions: [{ type: 'Ready', status: 'True' }] })
    const { message, details } = await look() as ProbeError
    assert.deepEqual([message, details], ['waiting for KafkaTopic kafka/ipfs-nodes', { waiting: 'TopicNotReady' }])
    assert.equal(cluster.writes.at(-1), 'apply KafkaTopic ipfs-nodes')
    await cluster.clock.advance(61_000)
    assert.match(String(await look()), /no operator has picked it up/)
    cluster.status('KafkaTopic', key, { conditions: [{ type: 'Ready', status: 'False', reason: 'NotSupported', message: 'Decreasing partitions not supported' }] })

    assert.match(String(await look()), /NotSupported: Decreasing partitions not supported/)
    cluster.status('KafkaTopic', key, { conditions: [{ type: 'Ready', status: 'False', reason: 'ResourceConflict', message: 'Managed by Ref{namespace=\'kafka\', name=\'of-others\'}' }] })
    assert.match(String(await look()), /ResourceConflict: Managed by another KafkaTopic$/)
  })

  test('removes its user when it is no longer asked for and no pod needs it, and removes no other user', async () => {
    const cluster = new FakeCluster()
    cluster.strimziVersion = 'v1'
    const without = { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' } } }
    const labels = { 'app.kubernetes.io/managed-by': 'peerprobe-operator', 'peerprobe.dev/probe': 'amino', 'peerprobe.dev/namespace': 'lab' }
    const user = { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', metadata: { namespace: 'kafka', name: 'lab-amino-peerprobe', labels } }
    const clean = async (asked: object, isRolled: boolean): Promise<string[]> => {
      const pod = { namespace: 'lab', name: 'k-1', deletionTimestamp: '2026-01-01T00:00:00Z', labels: { 'app.kubernetes.io/component': 'crawler', 'peerprobe.dev/probe': 'amino' } }
      cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: pod, status: { phase: isRolled ? 'Succeeded' : 'Running' } })
      await prune(cluster.deps(), { probe: clusterProbe(asked) }, { planned: [], afterRoll: [] }, signal)
      return cluster.writes
    }
    cluster.put(user)
    assert.deepEqual([...await clean(without, false), ...await clean(spec, true)], [])
    cluster.put({ ...user, metadata: { ...user.metadata, labels: {} } })
    assert.deepEqual(await clean(without, true), [])
    cluster.put(user)

    assert.deepEqual(await clean(without, true), ['remove KafkaUser lab-amino-peerprobe'])
    assert.equal(await formerUser(cluster.deps(), clusterProbe(without), signal), undefined)
  })

  test('is cleaned up before the PeerProbe is deleted: the user always, topics if the policy says so', async () => {
    assert.ok(needsFinalizer(probeObject(spec)) && !needsFinalizer(probeObject()))
    const cluster = new FakeCluster()
    cluster.strimziVersion = 'v1'
    cluster.put({ apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', metadata: { namespace: 'kafka', name: 'user' } })
    cluster.put({ apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaTopic', metadata: { namespace: 'kafka', name: 'topic' } })
    cluster.store('PeerProbe').set(probeObject(spec, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['other', FINALIZER] }))
    await new Reconciler(cluster.deps()).reconcile(KEY, signal)

    assert.deepEqual(cluster.writes, ['remove KafkaUser user', 'merge PeerProbe amino'])
    assert.deepEqual(cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })?.metadata.finalizers, ['other'])
  })
})
