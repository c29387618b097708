import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ALLOWED_NAMESPACES } from '../../../operator/reconcile/kafka/kafka-plan.ts'
import { Reconciler } from '../../../operator/reconcile/reconciler.ts'
import { probeObject } from '../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../support/cluster/fake-cluster.ts'
import { KEY } from '../../support/cluster/reconciler-rig.ts'
import type { Condition } from '../../../operator/reconcile/conditions/conditions.ts'

const { signal } = new AbortController()

const spec = { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } } }
const kafka = {
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'Kafka',
  metadata: { namespace: 'kafka', name: 'events', annotations: { [ALLOWED_NAMESPACES]: 'lab' } },
  spec: { kafka: { listeners: [{ name: 'tls', type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } }] } },
  status: { listeners: [{ name: 'tls', bootstrapServers: 'k:9093' }] }
}

function clusterWithKafka (): FakeCluster {
  const cluster = new FakeCluster()
  cluster.strimziVersion = 'v1'
  cluster.put(kafka)
  cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'lab', name: 'mysql', labels: { 'peerprobe.dev/use': 'true' } }, data: { username: 'dQ==', password: 'cA==' } })
  cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'kafka', name: 'lab-amino-peerprobe' }, data: { password: 'cA==' } })
  cluster.store('PeerProbe').set(probeObject(spec))

  return cluster
}

function conditionOf (cluster: FakeCluster, wanted: string): Partial<Condition> {
  const { conditions } = cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })!['status'] as { conditions: Condition[] }

  return conditions.find(({ type }) => type === wanted) ?? {}
}

function annotate (cluster: FakeCluster, kind: string, name: string, annotation: object): void {
  const object = cluster.store(kind).get({ namespace: 'kafka', name })!
  cluster.store(kind).set({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotation } } })
}

suite('KafkaTopics and KafkaUsers', () => {
  const HELD = [['ReconciliationPaused', 'strimzi.io/pause-reconciliation', 'true'], ['Unmanaged', 'strimzi.io/managed', 'false']] as const

  for (const [reason, annotation, value] of HELD) {
    test(`that are ${reason} are reported as such, and the rest goes on`, async () => {
      const cluster = clusterWithKafka()
      const reconciler = new Reconciler(cluster.deps())
      const settle = async (times = 1): Promise<void> => {
        for (let i = 0; i < times; i++) {
          await reconciler.reconcile(KEY, signal)
          cluster.settle()
        }
      }

      // Held before Strimzi has created it: only the preparation can find out whether it exists.
      await settle()
      annotate(cluster, 'KafkaTopic', 'ipfs-nodes', { [annotation]: value })
      await settle()
      cluster.status('KafkaTopic', { namespace: 'kafka', name: 'ipfs-nodes-dead-letters' }, { conditions: [{ type: 'Ready', status: 'True' }] })
      await settle()
      annotate(cluster, 'KafkaUser', 'lab-amino-peerprobe', { [annotation]: value })

      if (reason === 'Unmanaged') {
        // The user operator ignores this annotation.
        cluster.status('KafkaUser', { namespace: 'kafka', name: 'lab-amino-peerprobe' }, { conditions: [{ type: 'Ready', status: 'True' }] })
      }
      await settle()
      const { status, reason: told, message = '' } = conditionOf(cluster, 'Ready')
      assert.deepEqual([status, told], ['False', reason])
      assert.match(message, new RegExp(`^KafkaTopic kafka/ipfs-nodes: ${reason}: .*${annotation}=${value} is removed$`))
      assert.equal(cluster.store('Job').size, 1)

      // The preparation has found it.
      await settle(5)
      const ready = conditionOf(cluster, 'Ready')
      assert.partialDeepStrictEqual(conditionOf(cluster, 'KafkaReady'), { status: 'True', reason })
      assert.equal(ready.status, 'True')
      assert.ok(ready.message?.startsWith(`everything runs; KafkaTopic kafka/ipfs-nodes: ${reason}: `))
      assert.equal(cluster.store('Deployment').size, 2)
    })
  }
})
