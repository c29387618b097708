// `kubectl peerprobe plan` and a pause use the same plan that the reconciler applies, for a table of manifests.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../../core/defined.ts'
import { planProbe } from '../../../../operator/commands/plan.ts'
import { CLAIM_LABEL } from '../../../../operator/reconcile/kafka/pending-topic.ts'
import { pausedFinding } from '../../../../operator/reconcile/paused.ts'
import { Reconciler } from '../../../../operator/reconcile/reconciler.ts'
import { clusterProbe, probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { KEY, SECRET } from '../../../support/cluster/reconciler-rig.ts'
import type { ProbePlan } from '../../../../operator/commands/plan.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const USE = { 'peerprobe.dev/use': 'true' }
const listener = (type?: string): object => ({ name: 'tls', type: 'internal', tls: true, ...defined({ authentication: type === undefined ? undefined : { type } }) })
const inKafka = (name: string, namespace: string, labels: object = {}): KubeObject => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaTopic',
  metadata: { namespace, name, labels: { 'app.kubernetes.io/managed-by': 'peerprobe-operator', 'peerprobe.dev/probe': 'squatter', 'peerprobe.dev/namespace': 'neighbour', ...labels } },
  spec: { partitions: 64, replicas: 2 }
})
const elsewhere = { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } }

interface Manifest { spec: object, there?: KubeObject[], monitoring?: string }

const MANIFESTS: Readonly<Record<string, Manifest>> = {
  'plain brokers': { spec: {} },
  'brokers with a user and a certificate': { spec: { kafka: { brokers: ['k:9093'], tls: { caSecret: { name: 'ca', key: 'ca.crt' } }, authentication: { type: 'scram-sha-512', secret: 'user' } } } },
  'several consumers that dump, and metrics': { spec: { consumer: { replicas: 3, dump: { enabled: true, volume: { claim: 'dumps' } } } }, monitoring: 'v1' },
  'two scans, one with a passive node, a service and storage': {
    spec: { scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled: true, expose: { type: 'LoadBalancer' } }, storage: { claim: 'dumps' } }, { name: 'other', network: { preset: 'ipfs' } }] }
  },
  'suspended': { spec: { suspend: true } },
  'Strimzi in its namespace': { spec: { kafka: { strimzi: { cluster: 'events' }, authentication: { type: 'tls' } } } },
  'Strimzi without users, whose topics go with it': { spec: { kafka: { strimzi: { cluster: 'events' }, topic: { deletionPolicy: 'Delete' } } } },
  'Strimzi of another namespace, whose Secret is copied': { spec: { kafka: elsewhere } },
  'topics that another one gave up': { spec: { kafka: elsewhere }, there: [inKafka('ipfs-nodes', 'kafka', { [CLAIM_LABEL]: 'pending' }), inKafka('ipfs-nodes-dead-letters', 'kafka', { [CLAIM_LABEL]: 'pending' })] }
}

function clusterWith ({ spec, there = [], monitoring }: Manifest): FakeCluster {
  const cluster = new FakeCluster()
  const { authentication } = clusterProbe(spec).spec.kafka
  cluster.strimziVersion = 'v1'
  cluster.monitoringVersion = monitoring
  there.forEach((object) => {
    cluster.put(object)
  })
  cluster.put(SECRET)
  cluster.put({ ...SECRET, metadata: { namespace: 'lab', name: 'ca', labels: USE }, data: { 'ca.crt': 'eA==' } })
  cluster.put({ ...SECRET, metadata: { namespace: 'lab', name: 'user', labels: USE }, data: { username: 'eA==', password: 'eA==' } })
  cluster.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace: 'lab', name: 'dumps', labels: USE } })

  for (const namespace of ['lab', 'kafka']) {
    cluster.put({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'Kafka',
      metadata: { namespace, name: 'events', annotations: { 'peerprobe.dev/allowed-namespaces': 'lab' } },
      spec: { kafka: { listeners: [listener(authentication.type === 'none' ? undefined : authentication.type)] } },
      status: { listeners: [{ name: 'tls', bootstrapServers: 'k:9093' }] }
    })
  }

  return cluster
}

// Plays the part of Strimzi's operators.
function strimzi (cluster: FakeCluster): void {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] }

  for (const { metadata } of cluster.store('KafkaTopic').all()) {
    cluster.status('KafkaTopic', metadata, { ...ready, topicId: `id of ${metadata.name}` })
  }
  for (const { metadata } of cluster.store('KafkaUser').all()) {
    const secret = { namespace: metadata.namespace ?? '', name: metadata.name }
    cluster.status('KafkaUser', metadata, { ...ready, secret: metadata.name })
    cluster.put({ ...SECRET, metadata: { ...secret, labels: { 'strimzi.io/kind': 'KafkaUser', ...USE } }, data: { 'password': 'cA==', 'user.crt': 'eA==', 'user.key': 'eA==' } })
  }
}

async function converge (cluster: FakeCluster): Promise<void> {
  const reconciler = new Reconciler(cluster.deps())

  for (let i = 0; i < 12; i++) {
    await reconciler.reconcile(KEY, signal)
    strimzi(cluster)
    cluster.settle()
  }
}

const plan = async (cluster: FakeCluster, spec: object): Promise<ProbePlan> =>
  await planProbe({ ...cluster.deps(), workloadImage: undefined, defaultImage: 'peerprobe:1' }, probeObject(spec), signal)

const isApplied = (object: KubeObject): boolean => object.metadata.annotations?.['x/applied'] !== undefined

suite('the plan of', () => {
  for (const [name, manifest] of Object.entries(MANIFESTS)) {
    test(`${name} is what the reconciler applies, and asks for nothing more`, async () => {
      const cluster = clusterWith(manifest)
      cluster.store('PeerProbe').set(probeObject(manifest.spec))
      await converge(cluster)
      const object = cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })!
      assert.match(JSON.stringify(object['status']), /"type":"CrawlersReady","status":"True"/)

      const { changes, notes } = await plan(cluster, manifest.spec)
      assert.deepEqual(changes.filter(({ action }) => action !== 'keep'), [])
      assert.deepEqual(notes, [])
      const { message } = await pausedFinding(cluster.deps(), { probe: clusterProbe(manifest.spec), object }, signal)
      assert.equal(message, 'paused: remove the annotation peerprobe.dev/pause to continue')

      // Keys are random, created once, and in no plan; a preparation that has succeeded does not run again.
      const applied = [...cluster.stores.values()].flatMap(store => store.all()).filter(isApplied)
        .filter(({ metadata }) => !/-(hash-key|identity-\w+|prepare-\w+)$/.test(metadata.name))
      const planned = changes.filter(({ kind }) => kind !== 'PeerProbe')
      const names = (list: readonly { kind: string, name: string }[]): string[] => list.map(({ kind, name: of }) => `${kind} ${of}`).sort()
      assert.deepEqual(names(planned), names(applied.map(({ kind, metadata }) => ({ kind, name: metadata.name }))))
    })
  }

  test('a copied Secret shows that its source changed, and nothing of its contents', async () => {
    const spec = { kafka: elsewhere }
    const cluster = clusterWith({ spec })
    cluster.store('PeerProbe').set(probeObject(spec))
    await converge(cluster)
    const key = { namespace: 'kafka', name: 'lab-amino-peerprobe' }
    cluster.put({ ...cluster.store('Secret').get(key)!, data: { password: 'bmV3' } })
    const { changes } = await plan(cluster, spec)
    const copy = changes.find(({ kind, action }) => kind === 'Secret' && action === 'change')

    assert.equal(copy?.namespace, 'lab')
    assert.ok(!/bmV3|cA==/.test(JSON.stringify(changes)))
  })
})
