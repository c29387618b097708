// A neighbour with rights on the PeerProbes of its own namespace: resources that it mentions first but never gets ready
// block no one else, and it learns nothing about the resources of others.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const [ATTACKER, HONEST] = ['tenant-attacker', 'tenant-honest']
const AUTHOR = 'attacker'
const RBAC = 'rbac.authorization.k8s.io'
const LIMIT_MS = 30_000

const database = { host: 'db.shared', database: 'ipfs', credentialsSecret: { name: 'mysql' } }
const shared = (topic: string, more: object = {}): object => ({ kafka: { brokers: ['kafka.shared:9092'], topic: { name: topic }, consumerGroup: topic }, mysql: database, ...more })
const strimzi = (topic: string): object => ({ kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, topic: { name: topic }, consumerGroup: topic }, mysql: database })
const NOT_THERE = { mysql: { ...database, credentialsSecret: { name: 'not-there' } } }

suite('A neighbour', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  const stack = new AsyncDisposableStack()
  let rig: ClusterRig
  let output: () => string

  before(async () => {
    rig = stack.use(await ClusterRig.open())
    stack.use(await StandInStrimzi.open(rig.plane, `${ATTACKER},${HONEST}`))
    const operator = rig.operator()
    output = () => operator.output
    await rig.namespace(ATTACKER)
    await rig.namespace(HONEST)
    await rig.plane.apply(
      { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: AUTHOR, namespace: ATTACKER }, rules: [{ apiGroups: ['peerprobe.dev'], resources: ['peerprobes'], verbs: ['*'] }] },
      { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name: AUTHOR, namespace: ATTACKER }, roleRef: { apiGroup: RBAC, kind: 'Role', name: AUTHOR }, subjects: [{ apiGroup: RBAC, kind: 'User', name: AUTHOR }] }
    )
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const asAuthor = async (args: string[], input?: string): Promise<CommandEnd> => await rig.plane.kubectl(['--as', AUTHOR, ...args], input)
  const attack = async (name: string, spec: object, metadata: object = {}): Promise<void> => {
    const probe = probeOf(ATTACKER, spec, name)
    const { code, stderr } = await asAuthor(['apply', '-f', '-'], JSON.stringify({ ...probe, metadata: { ...probe.metadata, ...metadata } }))
    assert.equal(code, 0, stderr)
  }
  const shown = async (name: string): Promise<string> => {
    const { status } = await rig.plane.get<KubeObject>('pp', name, '-n', ATTACKER)
    return JSON.stringify([status, await rig.plane.get('events', '-n', ATTACKER)])
  }

  test('who mentions topic, group and database first, and never gets ready, blocks no one else', async () => {
    await attack('a', shared('one', NOT_THERE))
    await attack('b', shared('two', { mysql: { ...database, host: '169.254.169.254' } }))
    await attack('c', shared('three'), { annotations: { 'peerprobe.dev/pause': 'true' } })
    await rig.untilReady(ATTACKER, 'False', { name: 'a', reason: 'SecretMissing' })
    await rig.untilReady(ATTACKER, 'False', { name: 'b', reason: 'SpecInvalid' })
    await rig.untilReady(ATTACKER, 'Unknown', { name: 'c' })

    for (const topic of ['one', 'two', 'three']) {
      await rig.probe(HONEST, shared(topic), topic)
      await rig.untilReady(HONEST, 'True', { name: topic })
    }
  })

  test('learns which field conflicts, but not with which PeerProbe; the operator\'s log has both', async () => {
    const words = /^spec\.kafka\.topic\.name: a PeerProbe of another namespace \(the operator's log names it\) uses topic one of this Kafka already/
    await rig.untilReady(ATTACKER, 'False', { name: 'a', reason: 'OwnershipConflict', words })

    assert.doesNotMatch(await shown('a'), new RegExp(HONEST))
    assert.match(output(), new RegExp(`"probe":"${ATTACKER}/a","holder":"${HONEST}/one"`))
    await attack('group', { kafka: { brokers: ['kafka.shared.svc.cluster.local:9093'], topic: { name: 'own' }, consumerGroup: 'two' }, mysql: database })
    await rig.untilReady(ATTACKER, 'False', { name: 'group', reason: 'OwnershipConflict', words: /^spec\.kafka\.consumerGroup: a PeerProbe of another namespace/ })
    assert.doesNotMatch(await shown('group'), new RegExp(HONEST))
  })

  test('may not write a status, and gets no claim by sending one or by changing the spec later', async () => {
    const claim = { kafka: { 'service shared/kafka': '2020-01-01T00:00:00Z' }, topic: { name: 'forged', since: '2020-01-01T00:00:00Z' }, group: { name: 'forged', since: '2020-01-01T00:00:00Z' }, database: { name: 'x', since: '2020-01-01T00:00:00Z' } }
    const { code } = await asAuthor(['patch', 'pp', 'a', '-n', ATTACKER, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { claim } })])
    assert.notEqual(code, 0)
    const probe = probeOf(ATTACKER, shared('forged', NOT_THERE), 'forged')
    assert.equal((await asAuthor(['create', '-f', '-'], JSON.stringify({ ...probe, status: { claim, prepared: 'x' } }))).code, 0)
    await rig.untilReady(ATTACKER, 'False', { name: 'forged', reason: 'SecretMissing' })
    await attack('turncoat', { ...shared('own-topic'), kafka: { brokers: ['kafka.attacker:9092'], topic: { name: 'forged' }, consumerGroup: 'forged' } })
    await rig.untilReady(ATTACKER, 'True', { name: 'turncoat' })
    await attack('turncoat', shared('forged', NOT_THERE))
    await rig.probe(HONEST, shared('forged'), 'forged')
    await rig.untilReady(HONEST, 'True', { name: 'forged' })
  })

  test('who first had a KafkaTopic created and never got ready loses it to the first who does', async () => {
    await attack('topics', { ...strimzi('four'), ...NOT_THERE })
    await rig.untilReady(ATTACKER, 'False', { name: 'topics', reason: 'SecretMissing' })
    await rig.probe(HONEST, strimzi('four'), 'four')
    await rig.untilReady(HONEST, 'True', { name: 'four' })
    await until('the topics changed hands', async () => {
      const topics = await Promise.all(['four', 'four-dead-letters'].map(async name => await rig.plane.get<KubeObject>('kafkatopic', name, '-n', 'kafka')))
      return topics.every(({ metadata }) => metadata.labels?.['peerprobe.dev/namespace'] === HONEST)
    }, LIMIT_MS)
    await rig.untilReady(ATTACKER, 'False', { name: 'topics', reason: 'OwnershipConflict' })
    await asAuthor(['delete', 'pp', 'topics', '-n', ATTACKER])

    assert.equal((await rig.plane.kubectl(['get', 'kafkatopic', 'four', '-n', 'kafka'])).code, 0)
    assert.equal((await rig.condition(HONEST, 'Ready', 'four'))?.status, 'True')
  })
})
