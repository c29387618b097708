// Who is in a group on a real Kafka, and how its brokers are reached.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import kafkajs from 'kafkajs'
import { pino } from 'pino'
import { KafkaClient } from '../../core/bus/kafka/client/kafka-client.ts'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { isProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { collector, message } from '../core/bus/event-bus-fixture.ts'
import { apart } from '../support/network/unique-names.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { until } from '../support/until.ts'
import type { GroupStanding, Subscription } from '../../core/bus/port/event-bus.ts'

const found = kafka.find()
const { signal } = new AbortController()
const deps = { log: pino({ level: process.env['PEERPROBE_TEST_LOG'] ?? 'silent' }), clock: systemClock }
// The first group of a broker waits until its topic of offsets is made: five tries, as kafkajs has them, may end before. While the
// broker loads it, kafkajs ends the consumer, which then has to start again.
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 100, restartOnFailure: async () => await Promise.resolve(true) }
const FAST = { heartbeatMs: 100, maxWaitMs: 100 }

suite('groups on Kafka', { skip: 'missing' in found ? found.missing : false }, () => {
  let server: KafkaServer
  let bus: KafkaBus

  before(async () => {
    server = await KafkaServer.open('at' in found ? found.at : '', { ipv6: true })
    bus = await KafkaBus.open(deps, { brokers: server.brokers, clientId: 'test' }, signal, FAST)
  })
  after(async () => {
    await bus[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  async function make (): Promise<string> {
    const topic = apart()
    await bus.ensureTopic({ name: topic, partitions: 1, retentionMs: 3_600_000 }, signal)

    return topic
  }

  async function join (topic: string, group: string, stack: AsyncDisposableStack): Promise<Subscription> {
    return stack.use(await bus.subscribe({ topic, group, maxMessages: 100 }, collector().handler, signal))
  }

  test('report a group whose members assign partitions in another way, instead of trying forever', async () => {
    const topic = await make()
    using client = new KafkaClient(deps.log, { brokers: server.brokers, clientId: 'other' })
    const metadata = kafkajs.AssignerProtocol.MemberMetadata.encode({ version: 0, topics: [topic], userData: Buffer.alloc(0) })
    const range = { name: 'range', version: 0, assign: async () => await Promise.resolve([]), protocol: () => ({ name: 'range', metadata }) }
    const other = client.kafka.consumer({ groupId: topic, partitionAssigners: [() => range], retry: RETRY })
    await other.connect()
    await other.subscribe({ topics: [topic] })
    const state = { hasJoined: false }
    other.on(other.events.GROUP_JOIN, () => {
      state.hasJoined = true
    })
    await other.run({ eachMessage: async () => {
      await Promise.resolve()
    } })
    await until('the other member is in the group', () => state.hasJoined)

    const { handler } = collector()
    await assert.rejects(bus.subscribe({ topic, group: topic, maxMessages: 10 }, handler, signal), (err) => {
      return isProbeError(err, 'PP_GROUP_CONFLICT') && err.message.includes('give this consumer its own group')
    })
    await other.disconnect()
  })

  test('show who reads another topic in the same group, and who has no partition', async () => {
    await using stack = new AsyncDisposableStack()
    const [one, two] = [await make(), await make()]
    const group = apart()
    const first = await join(one, group, stack)
    assert.deepEqual(await first.standing(), { members: 1, others: 0, otherTopics: [], assigned: 1, partitions: 1 })
    const second = await join(two, group, stack)
    await until('each sees the other', async () => (await first.standing()).others === 1 && (await second.standing()).others === 1)
    assert.deepEqual((await second.standing()).otherTopics, [one])
    const crowd = apart()
    const members = [await join(one, crowd, stack), await join(one, crowd, stack)]
    const standings = async (): Promise<GroupStanding[]> => await Promise.all(members.map(async member => await member.standing()))
    await until('one has the partition and one has none', async () => (await standings()).map(({ assigned }) => assigned).toSorted().join() === '0,1')
  })

  test('are reached by an IPv6 address', async () => {
    await using far = await KafkaBus.open(deps, { brokers: [server.ipv6Broker], clientId: 'six' }, signal, FAST)
    const topic = apart()
    await far.ensureTopic({ name: topic, partitions: 1, retentionMs: 3_600_000 }, signal)
    await far.publish(topic, [message('k', 'by IPv6')], signal)
    const { all, handler } = collector()
    await using subscription = await far.subscribe({ topic, group: topic, maxMessages: 10 }, handler, signal)
    await until('it is read', () => all.length === 1)

    assert.equal((await subscription.lag()).size, 1)
  })
})
