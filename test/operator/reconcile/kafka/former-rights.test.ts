// A Kafka user whose topic or group changes: pods that still run keep their rights, and no other rights are kept.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../../core/defined.ts'
import { KINDS } from '../../../../operator/model/naming/kinds.ts'
import { kafkaUserName } from '../../../../operator/model/naming/names.ts'
import { CONFIG_HASH } from '../../../../operator/model/pod/pod.ts'
import { withFormerRights } from '../../../../operator/reconcile/kafka/former-rights.ts'
import { ALLOWED_NAMESPACES } from '../../../../operator/reconcile/kafka/kafka-plan.ts'
import { kafkaUserNameOf } from '../../../../operator/reconcile/kafka/kafka-user-name.ts'
import { Reconciler } from '../../../../operator/reconcile/reconciler.ts'
import { isRolled } from '../../../../operator/reconcile/steps/rolled.ts'
import { clusterProbe, probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()

interface Acl { resource: { type: string, name: string, patternType: string }, operations: string[] }

const specOf = (consumerGroup: string): object => ({ kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' }, consumerGroup } })

/** A PeerProbe whose Kafka requires authentication. */
class Scene {
  readonly cluster = new FakeCluster()
  readonly #reconciler = new Reconciler(this.cluster.deps())
  readonly #key: { namespace: string, name: string }
  readonly #user: string

  constructor (group: string, key = { namespace: 'lab', name: 'amino' }, user = kafkaUserName(key)) {
    this.#key = key
    this.#user = user
    this.cluster.strimziVersion = 'v1'
    this.cluster.put({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'Kafka',
      metadata: { namespace: 'kafka', name: 'events', annotations: { [ALLOWED_NAMESPACES]: key.namespace } },
      spec: { kafka: { listeners: [{ name: 'tls', type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } }] } },
      status: { listeners: [{ name: 'tls', bootstrapServers: 'k:9093' }] }
    })
    this.cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: key.namespace, name: 'mysql', labels: { 'peerprobe.dev/use': 'true' } }, data: { username: 'dQ==', password: 'cA==' } })
    this.cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'kafka', name: user }, data: { password: 'cA==' } })
    this.ask(group)
  }

  ask (group: string): void {
    const before = this.cluster.store('PeerProbe').get(this.#key)
    this.cluster.store('PeerProbe').set({ ...probeObject(specOf(group), this.#key), ...defined({ metadata: before?.metadata, status: before === undefined ? undefined : before['status'] }) })
  }

  /** @param settles whether Kubernetes has completed the rollout by then */
  async pass (times: number, settles: (object: KubeObject) => boolean = () => true): Promise<void> {
    for (let i = 0; i < times; i++) {
      await this.#reconciler.reconcile(`${this.#key.namespace}/${this.#key.name}`, signal)
      for (const kind of ['KafkaTopic', 'KafkaUser']) {
        this.cluster.store(kind).all().forEach(({ metadata }) => {
          this.cluster.status(kind, metadata, { conditions: [{ type: 'Ready', status: 'True' }] })
        })
      }
      this.cluster.settle(settles)
    }
  }

  user (): KubeObject {
    return this.cluster.store('KafkaUser').get({ namespace: 'kafka', name: this.#user })!
  }

  groups (): string[] {
    const { authorization: { acls } } = this.user()['spec'] as { authorization: { acls: Acl[] } }

    return acls.filter(({ resource: { type } }) => type === 'group').map(({ resource: { name } }) => name)
  }

  /** A pod of the present consumers. */
  consumerPod (name: string, more: object = {}): void {
    const { spec } = this.cluster.store('Deployment').get({ namespace: this.#key.namespace, name: `${this.#key.name}-consumer` })!
    const { template: { metadata: { labels, annotations } } } = spec as { template: { metadata: Record<'labels' | 'annotations', Record<string, string>> } }
    this.cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: this.#key.namespace, name, labels, annotations: { [CONFIG_HASH]: annotations[CONFIG_HASH] ?? '' }, ...more }, status: { phase: 'Running' } })
  }
}

suite('a Kafka user whose consumer group changes', () => {
  test('may use the old group until its last consumer is gone, including a terminating one, and not longer', async () => {
    const scene = new Scene('one')
    await scene.pass(6)
    assert.deepEqual(scene.groups(), ['one', 'one-dead-letters'])
    scene.consumerPod('c-old')
    scene.ask('two')

    // The preparation, then new consumers that do not become ready.
    await scene.pass(4, ({ kind }) => kind === 'Job')
    assert.deepEqual(scene.groups(), ['two', 'two-dead-letters', 'one', 'one-dead-letters'])
    const old = scene.cluster.store('Pod').get({ namespace: 'lab', name: 'c-old' })!
    scene.consumerPod('c-new')
    scene.cluster.store('Pod').set({ ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    await scene.pass(4)
    assert.deepEqual(scene.groups(), ['two', 'two-dead-letters', 'one', 'one-dead-letters'], 'a terminating pod still commits')
    scene.cluster.store('Pod').delete({ namespace: 'lab', name: 'c-old' })
    await scene.pass(1)
    assert.deepEqual(scene.groups(), ['two', 'two-dead-letters'])

    const { length } = scene.cluster.writes
    await scene.pass(3)
    assert.deepEqual(scene.cluster.writes.slice(length).filter(write => write.includes('Kafka')), [])
  })

  test('keeps the rights of each group used meanwhile; an evicted pod keeps none', async () => {
    const scene = new Scene('one')
    await scene.pass(6)
    scene.consumerPod('c-old')
    for (const group of ['two', 'three', 'one']) {
      scene.ask(group)
      await scene.pass(1, ({ kind }) => kind === 'Job')
    }
    assert.deepEqual(scene.groups().filter(name => !name.endsWith('-dead-letters')).sort(), ['one', 'three', 'two'])
    scene.ask('four')
    await scene.pass(4)
    assert.ok(scene.groups().includes('one'))
    const old = scene.cluster.store('Pod').get({ namespace: 'lab', name: 'c-old' })!
    scene.cluster.store('Pod').set({ ...old, status: { phase: 'Failed', reason: 'Evicted' } })
    await scene.pass(1)

    assert.deepEqual(scene.groups(), ['four', 'four-dead-letters'])
  })

  test('keeps only rights that a plan may have granted, and a bounded number of them', () => {
    const acl = (type: string, name: string, operations: string[], patternType = 'literal'): object => ({ resource: { type, name, patternType }, operations, host: '*', type: 'allow' })
    const user = (acls: object[]): KubeObject => ({ apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', metadata: { name: 'u' }, spec: { authentication: { type: 'tls' }, authorization: { type: 'simple', acls } } })
    const own = { resource: { type: 'group', name: 'mine', patternType: 'literal' }, operations: ['Read', 'Describe'] }
    const desired = { kind: { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', plural: 'kafkausers', namespaced: true }, object: user([own]) }
    const foreign = [acl('group', '*', ['Read', 'Describe']), acl('group', 'x', ['All']), acl('group', 'x', ['Read', 'Describe'], 'prefix'), acl('cluster', 'kafka-cluster', ['Read', 'Describe']), acl('topic', 't', ['Read', 'Describe'])]
    const many = Array.from({ length: 90 }, (_, i) => acl('group', `g${String(i)}`, ['Describe', 'Read']))

    for (const live of [undefined, { ...user([]), spec: undefined }, user([]), user([acl('group', 'mine', ['Read', 'Describe'])]), user(foreign)]) {
      assert.equal(withFormerRights(desired, live), desired)
    }
    const { authorization: { acls } } = withFormerRights(desired, user([...foreign, ...many])).object['spec'] as { authorization: { acls: object[] } }
    assert.deepEqual([acls.length, acls[0], acls.at(-1)], [33, own, { resource: { type: 'group', name: 'g89', patternType: 'literal' }, operations: ['Describe', 'Read'] }])
  })
})

suite('a PeerProbe is rolled', () => {
  const labels = { 'app.kubernetes.io/component': 'crawler', 'peerprobe.dev/probe': 'amino' }
  const deployment = (replicas: number, hash: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'lab', name: 'd', generation: 1 },
    spec: { replicas, template: { metadata: { annotations: { [CONFIG_HASH]: hash } } } },
    status: { observedGeneration: 1, replicas, updatedReplicas: replicas, readyReplicas: replicas }
  })
  const pod = (hash: string | undefined, more: object = {}): KubeObject =>
    ({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name: 'p', labels, annotations: hash === undefined ? {} : { [CONFIG_HASH]: hash }, ...more } })
  const WORLDS: [boolean, string, KubeObject, KubeObject][] = [
    [true, 'with its pods', deployment(1, 'new'), pod('new')],
    [true, 'suspended', deployment(0, 'new'), pod('new')],
    [true, 'next to pods of another namespace', deployment(1, 'new'), pod('old', { namespace: 'other' })],
    [true, 'next to the pods of a Job', deployment(1, 'new'), pod('old', { labels: { ...labels, 'app.kubernetes.io/component': 'prepare' } })],
    [true, 'next to a completed pod', deployment(1, 'new'), { ...pod('old'), status: { phase: 'Succeeded' } }],
    [false, 'next to an earlier pod', deployment(1, 'new'), pod('old')],
    [false, 'next to a terminating earlier pod', deployment(0, 'new'), pod('old', { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    [false, 'next to a pod without the annotation', deployment(1, 'new'), pod(undefined)],
    [false, 'before its pods are ready', { ...deployment(1, 'new'), status: { observedGeneration: 1 } }, pod('new')],
    [false, 'before its Deployment was observed', { ...deployment(1, 'new'), metadata: { namespace: 'lab', name: 'd', generation: 2 } }, pod('new')]
  ]

  for (const [is, what, object, beside] of WORLDS) {
    test(`${is ? 'so' : 'not so'} ${what}`, () => {
      const cluster = new FakeCluster()
      cluster.store('Deployment').set(object)
      cluster.store('Pod').set(beside)
      assert.equal(isRolled(cluster.deps(), { probe: clusterProbe(), planned: [{ kind: KINDS.deployment, object }] }), is)
    })
  }
})

suite('the name of a Kafka user', () => {
  test('stays that of an earlier release if the PeerProbe has such a user, and is otherwise unique', async () => {
    const key = { namespace: 'my-lab', name: 'amino' }
    const earlier = new Scene('one', key, 'my-lab-amino-peerprobe')
    const labels = { 'app.kubernetes.io/managed-by': 'peerprobe-operator', 'peerprobe.dev/probe': 'amino', 'peerprobe.dev/namespace': 'my-lab' }
    earlier.cluster.put({ apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', metadata: { namespace: 'kafka', name: 'my-lab-amino-peerprobe', labels }, spec: {} })
    await earlier.pass(6)
    assert.deepEqual(earlier.cluster.store('KafkaUser').all().map(({ metadata: { name } }) => name), ['my-lab-amino-peerprobe'])

    const probe = clusterProbe({}, key)
    assert.equal(await kafkaUserNameOf(earlier.cluster.deps(), probe, { version: 'v1', namespace: 'kafka' }, signal), 'my-lab-amino-peerprobe')
    assert.equal(await kafkaUserNameOf(earlier.cluster.deps(), probe, { version: 'v1', namespace: 'else' }, signal), kafkaUserName(key))

    // The user of `my/lab-amino`.
    const beside = new Scene('one', key)
    beside.cluster.put({ apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser', metadata: { namespace: 'kafka', name: 'my-lab-amino-peerprobe', labels: { ...labels, 'peerprobe.dev/probe': 'lab-amino', 'peerprobe.dev/namespace': 'my' } }, spec: {} })
    await beside.pass(6)
    assert.deepEqual(beside.groups(), ['one', 'one-dead-letters'])
    assert.equal(beside.cluster.store('Deployment').size, 2)
  })
})
