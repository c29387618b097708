import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { lagOf, readGroupLag } from '../../../core/bus/kafka-offsets.ts'

suite('lagOf', () => {
  const ends = [{ partition: 1, low: '5', high: '20' }, { partition: 0, low: '0', high: '10' }]

  test('is the end less what is committed, by ascending partition', () => {
    assert.deepEqual([...lagOf(ends, [{ partition: 0, offset: '4' }, { partition: 1, offset: '20' }])], [[0, 6], [1, 0]])
  })

  test('counts from the oldest message where nothing is committed, or what was is gone', () => {
    assert.deepEqual([...lagOf(ends, [{ partition: 0, offset: '-1' }, { partition: 1, offset: '2' }])], [[0, 10], [1, 15]])
    assert.deepEqual([...lagOf(ends, [])], [[0, 10], [1, 15]])
  })

  test('is never negative', () => {
    assert.deepEqual([...lagOf([{ partition: 0, low: '0', high: '3' }], [{ partition: 0, offset: '9' }])], [[0, 0]])
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
