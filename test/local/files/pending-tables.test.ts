import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { areTablesRead } from '../../../local/files/pending-tables.ts'

const { signal } = new AbortController()
const EMPTY = { consumed: 0, committed: 0, lastCommitAt: null, rows: {}, deadLetters: {}, lag: null, outage: null, dump: null }

const consumer = (positions: Record<string, number>): { status: () => Promise<{ status: unknown }> } => ({
  status: async () => await Promise.resolve({ status: { ...EMPTY, edges: { positions, open: 0, last: null, problem: null } } })
})

suite('areTablesRead', () => {
  test('compares what is published with what the consumers have read or committed', async () => {
    const asked: string[] = []
    const bus = { groupPositions: async (topic: string, group: string) => {
      asked.push(topic, group)
      return await Promise.resolve([{ partition: 0, oldest: 0, next: 5, committed: 2 }, { partition: 1, oldest: 0, next: 3, committed: 3 }])
    } }
    const read = async (...positions: Record<string, number>[]): Promise<boolean> =>
      await areTablesRead(bus, { topic: 't', group: 'g' }, positions.map(consumer), signal)

    assert.deepEqual([await read({ 0: 5 }), await read({}, { 0: 5 }), await read({ 0: 4 }), await read({}), await read()], [true, true, false, false, false])
    assert.deepEqual(asked.slice(0, 2), ['t', 'g'])
  })

  test('waits for a consumer that has not answered yet', async () => {
    const bus = { groupPositions: async () => await Promise.resolve([{ partition: 0, oldest: 0, next: 1, committed: null }]) }

    const silent: Parameters<typeof areTablesRead>[2][number] = {
      async status () {
        await Promise.resolve()

        return undefined
      }
    }

    assert.equal(await areTablesRead(bus, { topic: 't', group: 'g' }, [silent], signal), false)
  })
})
