import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EmbeddedGroup } from '../../../../core/bus/embedded/embedded-group.ts'
import { EmbeddedLog } from '../../../../core/bus/embedded/embedded-log.ts'

const NOW = 1_000_000
const LEASE = 1_000

function group (partitions: number): { log: EmbeddedLog, member: (id: string) => EmbeddedGroup } & Disposable {
  const log = EmbeddedLog.open(':memory:')
  log.ensureTopic({ name: 't', partitions, retentionMs: 1 })
  const topicId = log.topicId('t')

  return {
    log,
    member: memberId => new EmbeddedGroup(log, { group: 'g', topicId, memberId, leaseMs: LEASE }),
    [Symbol.dispose]: () => {
      log[Symbol.dispose]()
    }
  }
}

const partitionsOf = (member: EmbeddedGroup, nowMs: number): number[] => [...member.beat(nowMs).owned.keys()]

suite('EmbeddedGroup', () => {
  test('gives a member alone everything, and a second one its share only when the first gives it back', () => {
    using fixture = group(3)
    const a = fixture.member('a')
    const b = fixture.member('b')
    assert.deepEqual(partitionsOf(a, NOW), [0, 1, 2])
    assert.deepEqual(partitionsOf(b, NOW), [])
    const beat = a.beat(NOW)
    assert.deepEqual([...beat.surplus], [1])
    a.release(beat.owned.get(1)!.partitionId)

    assert.deepEqual(partitionsOf(b, NOW), [1])
    assert.deepEqual(partitionsOf(a, NOW), [0, 2])
  })

  test('lets a member that says nothing keep its partitions for one lease and no longer', () => {
    using fixture = group(2)
    fixture.member('killed').beat(NOW)
    const heir = fixture.member('heir')

    assert.deepEqual(partitionsOf(heir, NOW + LEASE - 1), [])
    assert.deepEqual(partitionsOf(heir, NOW + LEASE), [0, 1])
  })

  test('takes no lease for longer than it can be, when the clock goes back', () => {
    using fixture = group(1)
    fixture.member('killed').beat(NOW)

    assert.deepEqual(partitionsOf(fixture.member('heir'), NOW - 500_000), [0])
  })

  test('starts at the committed offset, which never moves back, or at the oldest message left', () => {
    using fixture = group(1)
    fixture.log.append('t', Array.from({ length: 10 }, () => ({ key: 'k', value: Buffer.from('x'), headers: {} })), NOW)
    const a = fixture.member('a')
    const { partitionId } = a.beat(NOW).owned.get(0)!
    a.commit(partitionId, 6)
    a.commit(partitionId, 4)
    assert.equal(a.beat(NOW).owned.get(0)!.position, 6)
    assert.deepEqual([...a.lag()], [[0, 4]])
    fixture.log.trim(NOW + 2)

    assert.deepEqual({ ...a.beat(NOW).owned.get(0)! }, { partitionId, partition: 0, position: 10, expired: 4 })
  })

  test('gives everything back when a member leaves', () => {
    using fixture = group(2)
    const a = fixture.member('a')
    a.beat(NOW)
    a.leave()

    assert.deepEqual(partitionsOf(fixture.member('b'), NOW), [0, 1])
  })
})
