// From a manifest to a real Kafka: the topics and users that the operator requests from Strimzi are created in it, and
// the credentials in the pods give exactly the rights that crawlers, consumers and users need.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { listDeadLetters, replayDeadLetters } from '../../../cli/topics/dead-letters.ts'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { collector, message } from '../../core/bus/event-bus-fixture.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { StrimziBroker } from '../../support/cluster/strimzi-broker.ts'
import { KafkaServer } from '../../support/servers/kafka-server.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { ConsumerConfig } from '../../../core/contracts/process-config.ts'

const found = kafka.find()
const missing = 'missing' in found ? found.missing : missingCluster
// Kafka's own tools take seconds each.
const LIMIT_MS = 120_000
const { signal } = new AbortController()
const deps = { log: pino({ level: 'silent' }), clock: systemClock }

suite('PeerProbes whose Kafka is Strimzi\'s', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(new TempFolder())
  let rig: ClusterRig
  let broker: StrimziBroker
  let config: ConsumerConfig

  before(async () => {
    const server = stack.use(await KafkaServer.open('at' in found ? found.at : '', { users: { nobody: 'unused' } }))
    rig = stack.use(await ClusterRig.open())
    broker = new StrimziBroker(server)
    stack.use(await StandInStrimzi.open(rig.plane, 'lab', broker))
    await rig.namespace('lab')
    rig.operator()
    await rig.probe('lab', { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } } })
    await rig.untilReady('lab', 'True', { limitMs: LIMIT_MS })
    config = await mounted('amino-consumer')
  })
  after(async () => {
    await stack.disposeAsync()
  })

  // A process's configuration, with its files at the paths of a pod below another root.
  async function mounted (name: string): Promise<ConsumerConfig> {
    const { data } = await rig.plane.get<{ data: Record<string, string> }>('configmap', name, '-n', 'lab')
    const secret = await rig.plane.get<{ data: Record<string, string> }>('secret', 'lab-amino-peerprobe', '-n', 'lab')
    const files = {
      ...Object.fromEntries(Object.entries(data).map(([file, text]) => [`/etc/peerprobe/config/${file}`, text])),
      ...Object.fromEntries(Object.entries(secret.data).map(([file, text]) => [`/etc/peerprobe/kafka-user/${file}`, Buffer.from(text, 'base64').toString()]))
    }

    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(`${folder.path}${path}`), { recursive: true })
      writeFileSync(`${folder.path}${path}`, text)
    }

    return JSON.parse((data['process.json'] ?? '').replaceAll('"/etc/peerprobe/', `"${folder.path}/etc/peerprobe/`)) as ConsumerConfig
  }

  const open = async (): Promise<KafkaBus> => await KafkaBus.open(deps, config.bus.kafka!, signal, { heartbeatMs: 100, maxWaitMs: 100 })

  test('get the topics that they asked for', async () => {
    const described = await broker.describe()

    assert.match(described, /Topic: ipfs-nodes\s.*PartitionCount: 3\s.*retention\.ms=604800000/)
    assert.match(described, /Topic: ipfs-nodes-dead-letters\s.*PartitionCount: 1\s/)
    const { status } = await rig.plane.get<{ status: { kafka: { topicId: string } } }>('pp', 'amino', '-n', 'lab')
    assert.match(described, new RegExp(`Topic: ipfs-nodes\\s+TopicId: ${status.kafka.topicId}\\s`))
  })

  test('may publish and consume, measure the lag, and write and replay dead letters', async () => {
    await using bus = await open()
    const { topic, group, deadLetterTopic } = config
    await bus.ensureTopic({ name: topic, partitions: 3, retentionMs: 1 }, signal)
    await bus.publish(topic, [message('a', '1')], signal)
    await bus.publish(deadLetterTopic, [message('b', '2')], signal)
    const { all, handler } = collector()
    {
      await using subscription = await bus.subscribe({ topic, group, maxMessages: 10 }, handler, signal)
      await until('the message is there', () => all.length === 1)
      await subscription.commit(all[0]!.partition, 1)
    }

    assert.deepEqual([...(await bus.groupLag(topic, group, signal)).values()], [0, 0, 0])
    assert.equal((await listDeadLetters(bus, config, 10, signal)).total, 1)
    assert.equal(await replayDeadLetters(bus, config, signal), 1)
    await bus.resetGroup(topic, group, 'earliest', signal)
    assert.equal([...(await bus.groupLag(topic, group, signal)).values()].reduce((sum, n) => sum + n), 2)
  })

  test('may do nothing else', async () => {
    await using bus = await open()
    await broker.topic('payroll', { partitions: 1, config: {} })

    await assert.rejects(bus.publish('payroll', [message('a', '1')], signal), { code: 'PP_BUS_FORBIDDEN' })
    await assert.rejects(bus.ensureTopic({ name: 'another', partitions: 1, retentionMs: 1 }, signal), { code: 'PP_BUS_FORBIDDEN' })

    for (const group of ['somebody', `${config.group}-of-another`]) {
      await assert.rejects(bus.groupLag(config.topic, group, signal), { code: 'PP_BUS_FORBIDDEN' })
    }
  })

  test('leave their messages behind, and no user', async () => {
    await rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'lab', '--timeout=120s'])
    await until('the user is gone', async () => await refusal() === 'PP_BUS_AUTH', LIMIT_MS)

    assert.match(await broker.describe(), /Topic: ipfs-nodes\s/)
  })

  async function refusal (): Promise<string | undefined> {
    try {
      await using bus = await open()
      await bus.publish(config.topic, [message('a', '1')], signal)

      return undefined
    } catch (err) {
      return (err as { code?: string }).code
    }
  }
})
