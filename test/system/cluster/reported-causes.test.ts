// Causes that a PeerProbe reports: objects paused in Strimzi, mismatched settings, the first of several causes, and the events.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { until } from '../../support/until.ts'

const EVENTS = { cluster: 'events', namespace: 'kafka' }
const ACROSS = (name: string, rest: object = {}): object => ({ kafka: { strimzi: EVENTS, topic: { name, partitions: 3 }, consumerGroup: name, ...rest } })

suite('A PeerProbe', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ClusterRig
  let strimzi: StandInStrimzi

  before(async () => {
    rig = await ClusterRig.open()
    strimzi = await StandInStrimzi.open(rig.plane, 'edited,paused-topic,unfit')
    rig.operator()
  })
  after(async () => {
    await strimzi[Symbol.asyncDispose]()
    await rig[Symbol.asyncDispose]()
  })

  test('whose topic is changed by hand reports that at once, and restores it', async () => {
    await rig.namespace('edited')
    await rig.probe('edited', ACROSS('edited'))
    await rig.untilReady('edited', 'True')
    strimzi.mischief = { ignoresTopics: true }
    await rig.plane.kubectl(['patch', 'kafkatopic', 'edited', '-n', 'kafka', '--type=merge', '-p', '{"spec":{"partitions":9}}'])
    await rig.untilReady('edited', 'False', { reason: 'TopicNotReady', words: /waiting for KafkaTopic kafka\/edited$/ })
    const { spec } = await rig.plane.get<{ spec: { partitions: number } }>('kafkatopic', 'edited', '-n', 'kafka')
    strimzi.mischief = {}
    await rig.untilReady('edited', 'True')

    assert.equal(spec.partitions, 3)
  })

  test('whose topic is paused reports that, and the rest goes on', async () => {
    await rig.namespace('paused-topic')
    await rig.probe('paused-topic', ACROSS('paused-topic'))
    await rig.untilReady('paused-topic', 'True')
    await rig.plane.kubectl(['annotate', 'kafkatopic', 'paused-topic', '-n', 'kafka', 'strimzi.io/pause-reconciliation=true'])
    await rig.untilReady('paused-topic', 'True', { words: /KafkaTopic kafka\/paused-topic: ReconciliationPaused: / })
    await rig.probe('paused-topic', { ...ACROSS('paused-topic'), scans: [{ name: 'more', network: { preset: 'ipfs' } }] })
    await until('the new scan is there', async () => await rig.plane.has('deployment', 'amino-crawler-more', '-n', 'paused-topic'), 60_000)
    await rig.plane.kubectl(['annotate', 'kafkatopic', 'paused-topic', '-n', 'kafka', 'strimzi.io/pause-reconciliation-'])
    await rig.untilReady('paused-topic', 'True', { words: /^everything runs$/ })
  })

  test('whose listener requires another authentication is refused, with both in the message', async () => {
    await rig.namespace('unfit')
    await rig.probe('unfit', ACROSS('unfit', { strimzi: { ...EVENTS, listener: 'tls' }, authentication: { type: 'tls' } }))
    await rig.untilReady('unfit', 'False', { reason: 'SpecInvalid', words: /authentication\.type is tls, and listener tls of Kafka kafka\/events takes scram-sha-512/ })
    await rig.probe('unfit', ACROSS('unfit', { strimzi: { ...EVENTS, listener: 'tls' }, authentication: { type: 'scram-sha-512' } }))
    await rig.untilReady('unfit', 'True')
  })

  test('that shares a consumer group with an older one on one Kafka, by any address, is refused with its name', async () => {
    await rig.namespace('groups')
    await rig.probe('groups', { kafka: { brokers: ['a.groups:9092', 'b.groups:9092'], topic: { name: 'one' } } })
    await rig.untilReady('groups', 'True')
    await delay(1_100)
    await rig.probe('groups', { kafka: { brokers: ['b.groups.svc.cluster.local:9093'], topic: { name: 'two' } } }, 'later')
    const words = /^spec\.kafka\.consumerGroup: PeerProbe amino reads another topic of this Kafka with consumer group ipfs-node-consumer/
    await rig.untilReady('groups', 'False', { name: 'later', reason: 'OwnershipConflict', words })
    await rig.plane.kubectl(['patch', 'pp', 'later', '-n', 'groups', '--type=merge', '-p', '{"spec":{"kafka":{"consumerGroup":"own"}}}'])
    await rig.untilReady('groups', 'True', { name: 'later' })
  })

  test('whose consumers find no node starts no crawler', async () => {
    await rig.namespace('consumerless')
    await rig.probe('consumerless', { consumer: { pod: { nodeSelector: { disk: 'none' } } } })
    await rig.untilReady('consumerless', 'False')
    await delay(3_000)
    const isThere = await rig.plane.has('deployment', 'amino-crawler-main', '-n', 'consumerless')
    await rig.probe('consumerless')
    await rig.untilReady('consumerless', 'True')

    assert.equal(isThere, false)
  })

  test('reports each cause in an event: normal during progress, a warning for what a person must fix', async () => {
    await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'told' } })
    await rig.probe('told')
    await rig.untilReady('told', 'False', { reason: 'SecretMissing', words: /does not exist/ })
    await rig.plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace: 'told', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'x' } })
    await rig.untilReady('told', 'False', { reason: 'SecretMissing', words: /lacks the key password/ })
    await rig.secret('told')
    await rig.untilReady('told', 'True')
    let events: string[] = []
    // The status is written first, and its event after it.
    await until('the last event is there', async () => {
      const { items } = await rig.plane.get<{ items: { type: string, reason: string, note: string }[] }>('events.v1.events.k8s.io', '-n', 'told', '--field-selector', 'regarding.kind=PeerProbe')
      events = items.map(({ type, reason, note }) => `${type} ${reason}: ${note}`)
      return events.includes('Normal Running: everything runs')
    })

    assert.deepEqual(events.filter(event => event.startsWith('Warning')).sort(), [
      'Warning SecretMissing: spec.mysql.credentialsSecret: Secret told/mysql does not exist',
      'Warning SecretMissing: spec.mysql.credentialsSecret: Secret told/mysql lacks the key password'
    ])
    assert.ok(events.some(event => event.startsWith('Normal Progressing: prepare job')), events.join('\n'))
  })
})
