import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { GroupWatch } from '../../../consumer/pipeline/group-watch.ts'
import { ProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { GroupStanding } from '../../../core/bus/port/event-bus.ts'

const WELL: GroupStanding = { assigned: 1, partitions: 3, members: 2, others: 0, otherTopics: [] }
const SHARED: GroupStanding = { ...WELL, others: 2, otherTopics: ['a', 'b', 'c', 'd'] }
const IDLE: GroupStanding = { ...WELL, assigned: 0, members: 4 }

interface Line { level: string, code?: string, msg: string }
interface Rig { watch: GroupWatch, clock: FakeClock, lines: Line[], stop: () => Promise<void>, set: (standing: GroupStanding | Error) => void }

function rig (first: GroupStanding): Rig {
  const clock = new FakeClock()
  const lines: Line[] = []
  const controller = new AbortController()
  let current: GroupStanding | Error = first
  const watch = new GroupWatch({ clock, log: createLogger({ level: 'info' }, { write: line => void lines.push(JSON.parse(line) as Line) }), topic: 'visits', group: 'g' })
  const following = watch.follow({
    standing: async () => {
      if (current instanceof Error) {
        throw current
      }
      return await Promise.resolve(current)
    }
  }, controller.signal)

  return {
    watch,
    clock,
    lines,
    set: (standing) => {
      current = standing
    },
    stop: async () => {
      controller.abort()
      await following
    }
  }
}

suite('GroupWatch', () => {
  test('knows how many partitions the topic has once it has looked', async () => {
    const { watch, clock, stop, set } = rig(WELL)
    await clock.advance(10_000)
    assert.equal(watch.partitions, 3)
    set({ ...WELL, partitions: 12 })
    await clock.advance(10_000)

    assert.equal(watch.partitions, 12)
    await stop()
  })

  test('finds nothing wrong with a member that has partitions and only its like beside it', async () => {
    const { watch, clock, lines, stop } = rig(WELL)
    await clock.advance(60_000)

    assert.deepEqual([watch.problem, lines], [undefined, []])
    await stop()
  })

  test('names members of another topic, once in the log, with the topics and since when', async () => {
    const { watch, clock, lines, stop } = rig(SHARED)
    await clock.advance(10_000)
    const sinceMs = clock.now()
    await clock.advance(60_000)

    assert.deepEqual(watch.problem, {
      code: 'PP_GROUP_CONFLICT',
      message: '2 members of group g read other topics (a, b, c and 1 more) and may be assigned partitions of visits, which then no consumer reads: use another group for one of them',
      sinceMs
    })
    assert.deepEqual(lines.map(({ level, code }) => [level, code]), [['error', 'PP_GROUP_CONFLICT']])
    await stop()
  })

  test('says that it has no partition, and that it has one again', async () => {
    const { watch, clock, lines, stop, set } = rig(IDLE)
    await clock.advance(20_000)
    assert.equal(watch.problem?.code, 'PP_GROUP_IDLE')
    assert.match(watch.problem.message, /^none of the 3 partitions of topic visits is assigned to this member of group g \(4 members /)
    set(WELL)
    await clock.advance(20_000)

    assert.equal(watch.problem, undefined)
    assert.deepEqual(lines.map(({ msg }) => msg), ['the consumer group has a problem', 'the problem of the consumer group is over'])
    await stop()
  })

  test('says nothing of what lasts a moment, as while partitions are dealt out', async () => {
    const { watch, clock, lines, stop, set } = rig(WELL)
    await clock.advance(15_000)
    set(IDLE)
    await clock.advance(5_000)
    set(WELL)
    await clock.advance(30_000)

    assert.deepEqual([watch.problem, lines], [undefined, []])
    await stop()
  })

  test('keeps to its last finding when the group cannot be asked', async () => {
    const { watch, clock, stop, set } = rig(IDLE)
    await clock.advance(20_000)
    set(new ProbeError('PP_BUS_UNAVAILABLE', 'away'))
    await clock.advance(60_000)

    assert.equal(watch.problem?.code, 'PP_GROUP_IDLE')
    await stop()
  })
})
