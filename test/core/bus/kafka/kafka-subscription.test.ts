import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { KafkaSubscription } from '../../../../core/bus/kafka/kafka-subscription.ts'
import { isProbeError, ProbeError } from '../../../../core/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { KafkaMember, MemberEnd } from '../../../../core/bus/kafka/kafka-member.ts'

/** A member that a test ends. */
class FakeMember {
  readonly end = Promise.withResolvers<MemberEnd>()
  readonly over = this.end.promise
  readonly assigned = [1]
  readonly wasPaused: boolean
  pauses: string[] = []
  isCommitting = true
  isDisposed = false
  commits = { commit: async () => await Promise.resolve(this.isCommitting) }
  feed = { pause: () => this.pauses.push('pause'), resume: () => this.pauses.push('resume') }

  constructor (wasPaused: boolean) {
    this.wasPaused = wasPaused
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.isDisposed = true
  }
}

interface Rig { clock: FakeClock, members: FakeMember[], joinFailures: unknown[], controller: AbortController, open: () => Promise<KafkaSubscription> }

const away = (): ProbeError => new ProbeError('PP_BUS_UNAVAILABLE', 'away')

function rig (): Rig {
  const clock = new FakeClock()
  const members: FakeMember[] = []
  const joinFailures: unknown[] = []
  const controller = new AbortController()

  return {
    clock,
    members,
    joinFailures,
    controller,
    open: async () => await KafkaSubscription.open({
      log: pino({ level: 'silent' }),
      clock,
      groupLag: async () => new Map([[0, 4], [1, 7]]),
      groupMembers: async () => ({ members: 2, others: 1, otherTopics: ['else'] }),
      join: async (isPaused) => {
        if (joinFailures.length > 0) {
          throw joinFailures.shift()
        }
        members.push(new FakeMember(isPaused))
        return members.at(-1) as unknown as KafkaMember
      }
    }, controller.signal)
  }
}

suite('KafkaSubscription', () => {
  test('tells the lag of its own partitions', async () => {
    await using subscription = await rig().open()

    assert.deepEqual([...await subscription.lag()], [[1, 7]])
  })

  test('joins again when a membership is over, for as long as the brokers are away, and stays paused', async () => {
    const { clock, members, joinFailures, open } = rig()
    await using subscription = await open()
    subscription.pause()
    joinFailures.push(away(), away(), away())
    members[0]!.end.resolve({ err: away(), isHandlers: false })
    await clock.advance(60_000)

    assert.deepEqual(members.map(({ wasPaused, isDisposed }) => [wasPaused, isDisposed]), [[false, true], [true, false]])
    subscription.resume()
    assert.deepEqual(members.map(({ pauses }) => pauses), [['pause'], ['resume']])
  })

  test('ends with the failure of its handler, and with a refusal that lasts', async () => {
    const endings: MemberEnd[] = [{ err: new RangeError('handler is broken'), isHandlers: true }, { err: away(), isHandlers: true }, { err: new ProbeError('PP_BUS_AUTH', 'no'), isHandlers: false }]

    for (const end of endings) {
      const { members, open } = rig()
      const subscription = await open()
      members[0]!.end.resolve(end)

      await assert.rejects(subscription.ended, err => err === end.err)
      assert.equal(members[0]!.isDisposed, true)
      assert.equal(members.length, 1)
    }
  })

  test('ends when joining again is refused for good', async () => {
    const { members, joinFailures, open } = rig()
    const subscription = await open()
    joinFailures.push(new ProbeError('PP_TOPIC_MISSING', 'gone'))
    members[0]!.end.resolve({ err: away(), isHandlers: false })

    await assert.rejects(subscription.ended, err => isProbeError(err, 'PP_TOPIC_MISSING'))
  })

  test('tries a few times to join at first, and then leaves it to its caller', async () => {
    const patient = rig()
    patient.joinFailures.push(away(), away())
    await using subscription = await patient.clock.runUntil(patient.open())
    assert.equal((await subscription.lag()).size, 1)

    const tired = rig()
    tired.joinFailures.push(...Array.from({ length: 9 }, away))
    await assert.rejects(tired.clock.runUntil(tired.open()), err => isProbeError(err, 'PP_BUS_UNAVAILABLE'))
    assert.equal(tired.joinFailures.length, 4)
  })

  test('ends without a failure when disposed, and when its signal aborts, also amid joining again', async () => {
    for (const isRejoining of [false, true]) {
      for (const isAborted of [false, true]) {
        const { clock, members, joinFailures, controller, open } = rig()
        const subscription = await open()
        if (isRejoining) {
          joinFailures.push(...Array.from({ length: 50 }, away))
          members[0]!.end.resolve({ err: away(), isHandlers: false })
          await clock.advance(2_000)
        }
        if (isAborted) {
          controller.abort()
        } else {
          await subscription[Symbol.asyncDispose]()
        }

        await subscription.ended
        assert.equal(members[0]!.isDisposed, true)
      }
    }
  })

  test('ends when for a minute no commit had an effect', async () => {
    const { clock, members, open } = rig()
    const subscription = await open()
    members[0]!.isCommitting = false
    await subscription.commit(1, 5)
    await clock.advance(59_000)
    members[0]!.isCommitting = true
    await subscription.commit(1, 5)
    members[0]!.isCommitting = false
    await subscription.commit(1, 6)
    await clock.advance(59_000)
    await subscription.commit(1, 6)
    await clock.settle()
    assert.equal(members[0]!.isDisposed, false)
    await clock.advance(1_001)
    await subscription.commit(1, 6)

    await assert.rejects(subscription.ended, err => isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.message.includes('no commit'))
  })
})
