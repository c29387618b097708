import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { lagOf, positionsOf, readGroupLag, readGroupPositions, resetGroupOffsets } from '../../../../core/bus/kafka/kafka-offsets.ts'

suite('lagOf', () => {
  const ends = [{ partition: 1, low: '5', high: '20' }, { partition: 0, low: '0', high: '10' }]

  test('is the end less what is committed, by ascending partition', () => {
    assert.deepEqual([...lagOf(ends, [{ partition: 0, offset: '4' }, { partition: 1, offset: '20' }])], [[0, 6], [1, 0]])
  })

  test('counts from the oldest message where nothing is committed, or what was is gone', () => {
    assert.deepEqual([...lagOf(ends, [{ partition: 0, offset: '-1' }, { partition: 1, offset: '2' }])], [[0, 10], [1, 15]])
    assert.deepEqual([...lagOf(ends, [])], [[0, 10], [1, 15]])
  })

  test('counts from the oldest message where what was committed is of a log that was there before', () => {
    assert.deepEqual([...lagOf([{ partition: 0, low: '1', high: '3' }], [{ partition: 0, offset: '9' }])], [[0, 2]])
  })

  test('is none where retention removed all, or where all is committed', () => {
    assert.deepEqual([...lagOf([{ partition: 0, low: '9', high: '9' }, { partition: 1, low: '0', high: '7' }], [{ partition: 0, offset: '2' }, { partition: 1, offset: '7' }])], [[0, 0], [1, 0]])
  })
})

test('readGroupLag asks for the committed offsets first, so that what is done meanwhile counts as waiting', async () => {
  const asked: string[] = []
  const client = {
    fetchOffsets: async () => {
      asked.push('committed')
      return [{ topic: 'visits', partitions: [{ partition: 0, offset: '1' }] }]
    },
    fetchTopicOffsets: async () => {
      asked.push('ends')
      return [{ partition: 0, low: '0', high: '4', offset: '4' }]
    }
  }
  const admin = { use: async (operation: (of: typeof client) => Promise<unknown>) => await operation(client) }
  const lag = await readGroupLag(admin as unknown as Parameters<typeof readGroupLag>[0], { topic: 'visits', group: 'readers' }, new AbortController().signal)

  assert.deepEqual([...lag], [[0, 3]])
  assert.deepEqual(asked, ['committed', 'ends'])
})

test('positionsOf has null where nothing was committed', () => {
  assert.deepEqual(positionsOf([{ partition: 1, low: '5', high: '20' }, { partition: 0, low: '0', high: '10' }], [{ partition: 1, offset: '7' }, { partition: 0, offset: '-1' }]), [
    { partition: 0, oldest: 0, next: 10, committed: null },
    { partition: 1, oldest: 5, next: 20, committed: 7 }
  ])
})

suite('a group on Kafka', () => {
  const { signal } = new AbortController()
  const at = { topic: 'visits', group: 'readers' }

  function rig (state: string): { admin: Parameters<typeof resetGroupOffsets>[0], set: unknown[] } {
    const set: unknown[] = []
    const client = {
      describeGroups: async () => ({ groups: [{ state }] }),
      fetchOffsets: async () => [{ topic: 'visits', partitions: [{ partition: 0, offset: '3' }] }],
      fetchTopicOffsets: async () => [{ partition: 0, low: '2', high: '9' }, { partition: 1, low: '0', high: '4' }],
      fetchTopicOffsetsByTimestamp: async () => [{ partition: 0, offset: '6' }, { partition: 1, offset: '-1' }],
      setOffsets: async ({ partitions }: { partitions: unknown }) => {
        set.push(partitions)
      }
    }
    const admin = { use: async (operation: (of: typeof client) => Promise<unknown>) => await operation(client) }

    return { admin: admin as unknown as Parameters<typeof resetGroupOffsets>[0], set }
  }

  test('is set to the ends, or to a time, and behind the newest message where nothing came since', async () => {
    const { admin, set } = rig('Empty')

    for (const target of ['earliest', 'latest', { atMs: 5 }] as const) {
      await resetGroupOffsets(admin, at, target, signal)
    }

    assert.deepEqual(set, [['2', '0'], ['9', '4'], ['6', '4']].map(([a, b]) => [{ partition: 0, offset: a }, { partition: 1, offset: b }]))
    assert.deepEqual(await readGroupPositions(admin, at, signal), [
      { partition: 0, oldest: 2, next: 9, committed: 3 },
      { partition: 1, oldest: 0, next: 4, committed: null }
    ])
  })

  test('is left alone while it has members', async () => {
    const { admin, set } = rig('Stable')
    await assert.rejects(resetGroupOffsets(admin, at, 'latest', signal), { code: 'PP_GROUP_ACTIVE' })

    assert.deepEqual(set, [])
  })
})
