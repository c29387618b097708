import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { selectRecords } from '../../../consumer/dumps/dump-selection.ts'
import { DUMP_CONTENTS } from '../../../core/contracts/dump-content.ts'
import type { DumpEntry } from '../../../consumer/dumps/dump-manifest.ts'
import type { StoreSnapshot } from '../../../consumer/store/model/node-store.ts'
import type { VisitChange } from '../../../consumer/store/model/visit-changes.ts'

const TAKEN_AT = '2026-01-01T00:00:00.000Z'
const last = (generation: number | null = null): DumpEntry => ({ takenAt: TAKEN_AT, generation }) as DumpEntry

function snapshotOf (records: number, generation?: number, changes: readonly VisitChange[] = []): Pick<StoreSnapshot, 'records' | 'sessionsGeneration' | 'visitChanges'> {
  return {
    records: async () => await Promise.resolve({ records: Array.from({ length: records }, () => ({})), next: undefined }),
    visitChanges: async ({ after, limit }) => {
      const next = changes.findIndex(({ crawlId }) => crawlId === after?.crawlId) + 1

      return await Promise.resolve(changes.slice(next, next + limit))
    },
    sessionsGeneration: async () => await Promise.resolve(generation)
  }
}

suite('what a dump contains', () => {
  test('is all records where there is no dump yet', async () => {
    for (const content of DUMP_CONTENTS) {
      assert.equal((await selectRecords(snapshotOf(0, 1), content, { last: undefined, full: false }))?.changedSinceMs, undefined, content)
    }
  })

  test('is what was written since the last one, and some seconds before it, or all where a full one is asked for', async () => {
    const sinceOf = async (full: boolean): Promise<unknown> => (await selectRecords(snapshotOf(1), 'nodes', { last: last(), full }))?.changedSinceMs

    assert.equal(await sinceOf(false), Date.parse(TAKEN_AT) - 10_000)
    assert.equal(await sinceOf(true), undefined)
  })

  test('is nothing where nothing was written since', async () => {
    for (const full of [false, true]) {
      for (const content of ['nodes', 'visits', 'crawls'] as const) {
        assert.equal(await selectRecords(snapshotOf(0), content, { last: last(), full }), undefined, content)
      }
    }
  })

  test('is the visits of every crawl that got some, however many crawls these are', async () => {
    const changes = Array.from({ length: 1_234 }, (_, i) => ({ scan: 's', crawlId: i + 1, startedSinceMs: 0 }))
    const selection = await selectRecords(snapshotOf(1, 1, changes), 'visits', { last: last(), full: false })
    let records = 0

    for await (const page of selection?.batches ?? []) {
      records += page.length
    }
    assert.equal(records, changes.length)
  })

  test('is nothing where the sessions are those of the last one', async () => {
    assert.equal(await selectRecords(snapshotOf(1, 7), 'sessions', { last: last(7), full: true }), undefined)
    assert.equal((await selectRecords(snapshotOf(1, 8), 'sessions', { last: last(7), full: false }))?.generation, 8)
    assert.equal((await selectRecords(snapshotOf(1), 'sessions', { last: last(7), full: false }))?.generation, null)
    assert.equal((await selectRecords(snapshotOf(1, 7), 'sessions', { last: last(), full: false }))?.generation, 7)
  })
})
