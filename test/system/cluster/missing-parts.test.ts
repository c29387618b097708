// Something is missing or broken: the PeerProbe reports what, by reason and message, and becomes Ready by itself once the
// cause is fixed.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const ACROSS = (name: string, rest: object = {}): object => ({ kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, topic: { name, partitions: 3 }, consumerGroup: name, ...rest } })

suite('a PeerProbe with a missing or broken dependency', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  const stack = new AsyncDisposableStack()
  let rig: ClusterRig
  let strimzi: StandInStrimzi

  before(async () => {
    rig = stack.use(await ClusterRig.open({ strimzi: false }))
    rig.operator()
    await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kafka' } })
  })
  after(async () => {
    await stack.disposeAsync()
  })

  test('without Strimzi reports that, and continues once it is installed', async () => {
    await rig.namespace('no-strimzi')
    await rig.probe('no-strimzi', ACROSS('first'))
    await rig.untilReady('no-strimzi', 'False', { reason: 'StrimziMissing', words: /install Strimzi/ })
    await rig.installStrimzi()
    strimzi = stack.use(new StandInStrimzi(rig.plane, 'kafka'))
    await rig.untilReady('no-strimzi', 'False', { reason: 'KafkaMissing', words: /Kafka kafka\/events does not exist/ })
    await strimzi.kafka('events')
    await rig.untilReady('no-strimzi', 'False', { reason: 'NamespaceNotAllowed', words: /annotate it with peerprobe\.dev\/allowed-namespaces: no-strimzi/ })
    await strimzi.kafka('events', { 'peerprobe.dev/allowed-namespaces': 'no-strimzi,shrunk,users,ignored,recreated,foreign' })
    await rig.untilReady('no-strimzi', 'True')
  })

  test('whose topic Strimzi refuses repeats Strimzi\'s message', async () => {
    await rig.namespace('shrunk')
    await rig.plane.apply(topic('shrunk', 5, 'shrunk'))
    await until('the topic has five partitions', async () => (await rig.plane.get<KubeObject>('kafkatopic', 'shrunk', '-n', 'kafka'))['status'] !== undefined)
    await rig.probe('shrunk', ACROSS('shrunk'))
    await rig.untilReady('shrunk', 'False', { reason: 'TopicNotReady', words: /KafkaTopic kafka\/shrunk: NotSupported: Decreasing partitions not supported/ })
    await rig.plane.kubectl(['patch', 'pp', 'amino', '-n', 'shrunk', '--type=merge', '-p', '{"spec":{"kafka":{"topic":{"partitions":5}}}}'])
    await rig.untilReady('shrunk', 'True')
  })

  test('whose user Strimzi refuses repeats Strimzi\'s message', async () => {
    await rig.namespace('users')
    strimzi.mischief = { failsUsers: 'the name is too long' }
    await rig.probe('users', ACROSS('users', { authentication: { type: 'scram-sha-512' } }))
    await rig.untilReady('users', 'False', { reason: 'UserNotReady', words: /KafkaUser kafka\/users-amino-peerprobe: InvalidResourceException: the name is too long/ })
    strimzi.mischief = {}
    await rig.untilReady('users', 'True')
  })

  test('whose topic no operator picks up waits, and reports the topic', async () => {
    await rig.namespace('ignored')
    strimzi.mischief = { ignoresTopics: true }
    await rig.probe('ignored', ACROSS('ignored'))
    await rig.untilReady('ignored', 'False', { reason: 'TopicNotReady', words: /waiting for KafkaTopic kafka\/ignored/ })
    strimzi.mischief = {}
    await rig.untilReady('ignored', 'True')
  })

  test('whose topic was deleted and recreated stops until a person has accepted it', async () => {
    await rig.namespace('recreated')
    await rig.probe('recreated', ACROSS('recreated'))
    await rig.untilReady('recreated', 'True')
    strimzi.topicIds.set('recreated', 'another-id')
    await until('the topic has another id', async () => ((await rig.plane.get<KubeObject>('kafkatopic', 'recreated', '-n', 'kafka'))['status'] as { topicId?: string }).topicId === 'another-id')
    await rig.plane.kubectl(['annotate', 'pp', 'amino', '-n', 'recreated', 'look=1'])
    await rig.untilReady('recreated', 'False', { reason: 'TopicRecreated', words: /peerprobe\.dev\/topic-id=another-id/ })
    await rig.plane.kubectl(['annotate', 'pp', 'amino', '-n', 'recreated', 'peerprobe.dev/topic-id=another-id'])
    await rig.untilReady('recreated', 'True')
  })

  test('whose topic belongs to another owner does not touch it', async () => {
    await rig.namespace('foreign')
    await rig.plane.apply({ ...topic('foreign', 3, 'x'), metadata: { name: 'foreign', namespace: 'kafka', labels: { 'strimzi.io/cluster': 'events', 'team': 'billing' } } })
    await rig.probe('foreign', ACROSS('foreign'))
    await rig.untilReady('foreign', 'False', { reason: 'ForeignObject', words: /KafkaTopic kafka\/foreign exists and does not belong to this PeerProbe/ })
    await rig.plane.kubectl(['delete', 'kafkatopic', 'foreign', '-n', 'kafka'])
    await rig.untilReady('foreign', 'True')
  })

  // These share nothing with one another.
  suite('in its own namespace', { concurrency: true }, () => {
    test('without its Secret reports Secret and field, and then the key', async () => {
      await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'secretless' } })
      await rig.probe('secretless')
      await rig.untilReady('secretless', 'False', { reason: 'SecretMissing', words: /spec\.mysql\.credentialsSecret: Secret secretless\/mysql does not exist/ })
      await rig.plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace: 'secretless', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'x' } })
      await rig.untilReady('secretless', 'False', { reason: 'SecretMissing', words: /lacks the key password/ })
      await rig.secret('secretless')
      await rig.untilReady('secretless', 'True')
    })

    const PODS: [string, object, string, RegExp][] = [
      ['image', { 'test/state': 'imagepull' }, 'ImagePullBackOff', /crawler amino-crawler-main: ImagePullBackOff: Back-off pulling image peerprobe:test/],
      ['crash', { 'test/state': 'crashloop', 'test/last-words': 'PP_BUS_AUTH: Kafka refuses the password' }, 'BusAuth', /CrashLoopBackOff: PP_BUS_AUTH: Kafka refuses the password/]
    ]

    for (const [namespace, annotations, reason, words] of PODS) {
      test(`whose crawler has ${reason} reports the pod's own message`, async () => {
        await rig.namespace(namespace)
        await rig.probe(namespace, { scans: [{ name: 'main', network: { preset: 'ipfs' }, pod: { annotations } }] })
        await rig.untilReady(namespace, 'False', { reason, words })
        await rig.probe(namespace)
        await rig.untilReady(namespace, 'True')
      })
    }

    test('whose pods find no node reports that', async () => {
      await rig.namespace('nowhere')
      await rig.probe('nowhere', { scans: [{ name: 'main', network: { preset: 'ipfs' }, pod: { nodeSelector: { disk: 'none' } } }] })
      await rig.untilReady('nowhere', 'False', { reason: 'Unschedulable', words: /crawler amino-crawler-main: Unschedulable: 0\/1 nodes are available/ })
      await rig.probe('nowhere', { scans: [{ name: 'main', network: { preset: 'ipfs' } }] })
      await rig.untilReady('nowhere', 'True')
    })

    test('whose prepare job fails reports the job\'s own message, and retries', async () => {
      await rig.namespace('unprepared')
      const annotations = { 'test/state': 'failed', 'test/last-words': 'PP_STORE_AUTH: check that user probe may connect from here' }
      await rig.probe('unprepared', { consumer: { pod: { annotations } } })
      await rig.untilReady('unprepared', 'False', { reason: 'StoreAuth', words: /prepare job amino-prepare-[0-9a-f]{8}: Error: PP_STORE_AUTH: check that user probe/ })
      await rig.probe('unprepared', { mysql: { host: 'better', database: 'ipfs', credentialsSecret: { name: 'mysql' } } })
      await rig.untilReady('unprepared', 'True')
    })

    test('over its quota repeats the quota\'s message', async () => {
      await rig.namespace('quota')
      await rig.plane.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few', namespace: 'quota' }, spec: { hard: { pods: '1' } } })
      await until('the quota is in force', async () => ((await rig.plane.get<KubeObject>('resourcequota', 'few', '-n', 'quota'))['status'] as { hard?: object } | undefined)?.hard !== undefined)
      await rig.probe('quota')
      await rig.untilReady('quota', 'False', { words: /exceeded quota/ })
      await rig.plane.kubectl(['delete', 'resourcequota', 'few', '-n', 'quota'])
      await rig.plane.kubectl(['delete', 'replicaset', '--all', '-n', 'quota'])
      await rig.untilReady('quota', 'True')
    })

    test('that claims the topic of an older one waits until that is deleted', async () => {
      await rig.namespace('claims')
      await rig.probe('claims')
      await rig.untilReady('claims', 'True')
      await delay(1_100)
      await rig.probe('claims', {}, 'later')
      await rig.untilReady('claims', 'False', { name: 'later', reason: 'OwnershipConflict', words: /^spec\.kafka\.topic\.name: PeerProbe amino uses topic ipfs-nodes of this Kafka already/ })
      await rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'claims'])
      await rig.untilReady('claims', 'True', { name: 'later' })
    })

    test('that only the operator can refuse is refused with the field', async () => {
      await rig.namespace('early')
      await rig.probe('early', { kafka: { brokers: ['169.254.169.254:80'] } })
      await rig.untilReady('early', 'False', { reason: 'SpecInvalid', words: /spec\.kafka\.brokers\[0\]: / })
      await rig.probe('early')
      await rig.untilReady('early', 'True')
    })

    test('that is paused is left alone, and reports that and what is not as planned', async () => {
      await rig.namespace('paused')
      await rig.probe('paused')
      await rig.untilReady('paused', 'True')
      await rig.plane.kubectl(['annotate', 'pp', 'amino', '-n', 'paused', 'peerprobe.dev/pause=true'])
      await rig.untilReady('paused', 'Unknown', { reason: 'Paused' })
      await rig.plane.kubectl(['delete', 'deployment', 'amino-consumer', '-n', 'paused'])
      await rig.untilReady('paused', 'Unknown', { reason: 'Paused', words: /Deployment amino-consumer \(missing\)/ })
      await delay(2_000)
      const isThere = await rig.plane.has('deployment', 'amino-consumer', '-n', 'paused')
      await rig.plane.kubectl(['annotate', 'pp', 'amino', '-n', 'paused', 'peerprobe.dev/pause-'])
      await rig.untilReady('paused', 'True')

      assert.equal(isThere, false, 'the operator keeps its hands off')
    })
  })
})

function topic (name: string, partitions: number, namespace: string): object {
  const labels = { 'app.kubernetes.io/managed-by': 'peerprobe-operator', 'peerprobe.dev/probe': 'amino', 'peerprobe.dev/namespace': namespace, 'strimzi.io/cluster': 'events' }

  return { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaTopic', metadata: { name, namespace: 'kafka', labels }, spec: { partitions } }
}
