import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { CrawlComparison } from '../../../cli/read/compare-crawls.ts'
import { contactedPeers } from '../../../cli/read/contacted-peers.ts'
import { SQLITE_VALUES } from '../../../core/rows/sqlite-row.ts'
import type { ChangedPeer } from '../../../cli/read/compare-crawls.ts'
import type { ContactedPeer } from '../../../cli/read/contacted-peers.ts'

async function* peers (keys: readonly number[], agentVersion = 'a'): AsyncGenerator<ContactedPeer> {
  for (const key of keys) {
    yield await Promise.resolve({ key, nodeId: String(key), agentVersion })
  }
}

async function all<T> (items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) {
    found.push(item)
  }

  return found
}

suite('CrawlComparison', () => {
  test('finds exactly the peers that only one crawl contacted', async () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }).map(keys => keys.sort((a, b) => a - b))

    await fc.assert(fc.asyncProperty(ids, ids, async (before, after) => {
      const comparison = new CrawlComparison()
      const changes = await all<ChangedPeer>(comparison.changes(peers(before), peers(after)))
      const of = (kind: ChangedPeer['change']): number[] => changes.filter(({ change }) => change === kind).map(({ nodeId }) => Number(nodeId))

      assert.deepEqual(of('left'), before.filter(key => !after.includes(key)))
      assert.deepEqual(of('entered'), after.filter(key => !before.includes(key)))
      assert.equal(comparison.stayed, before.filter(key => after.includes(key)).length)
    }))
  })

  test('counts agent versions, up to a limit that it reports', async () => {
    const comparison = new CrawlComparison()
    await all(comparison.changes(peers([1, 2], 'old'), peers([2, 3, 4], 'new')))
    assert.deepEqual(comparison.agents(), [{ change: 'new-agent', agentVersion: 'new', peers: 3 }, { change: 'gone-agent', agentVersion: 'old', peers: 2 }])
    assert.equal(comparison.isCut, false)

    async function* inventive (): AsyncGenerator<ContactedPeer> {
      for (let key = 0; key < 10_001; key++) {
        yield await Promise.resolve({ key, nodeId: 'x', agentVersion: String(key) })
      }
    }
    const hostile = new CrawlComparison()
    await all(hostile.changes(peers([]), inventive()))
    assert.equal(hostile.agents().length, 10_000)
    assert.equal(hostile.isCut, true)
  })
})

test('contactedPeers asks for page after page until one is not full', async () => {
  const asked: (string | number)[][] = []
  const rows = Array.from({ length: 1_500 }, (_, key) => [key, `Qm${String(key)}`, 'a'])
  const store = {
    values: SQLITE_VALUES,
    query: async (_: string, values: readonly (string | number)[]) => {
      asked.push([...values])
      return await Promise.resolve(rows.slice(Number(values[2]) + 1).slice(0, Number(values.at(-1))))
    }
  }

  assert.equal((await all(contactedPeers(store, { scan: 's', crawlId: 7 }))).length, 1_500)
  assert.deepEqual(asked.map(values => values.slice(0, 3)), [[7, 's', -1], [7, 's', 999]])
})
