import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { minuteOf, visitChangesOf } from '../../../../consumer/store/model/visit-changes.ts'

suite('changes of visits', () => {
  test('are the crawls of the visits, each once and in one order, with the first minute of their visits', () => {
    const of = (scan: string, crawlId: number, startedAtMs: number): { scan: string, crawlId: number, startedAtMs: number } => ({ scan, crawlId, startedAtMs })

    assert.deepEqual(visitChangesOf([of('b', 2, 200_000), of('a', 2, 60_000), of('b', 2, 130_000), of('z', 1, 59_999), of('b', 2, 300_000)]), [
      { scan: 'z', crawlId: 1, startedSinceMs: 0 },
      { scan: 'a', crawlId: 2, startedSinceMs: 60_000 },
      { scan: 'b', crawlId: 2, startedSinceMs: 120_000 }
    ])
    assert.deepEqual(visitChangesOf([]), [])
  })

  test('count minutes from 1970, also before', () => {
    assert.deepEqual([0, 59_999, 60_000, -1].map(minuteOf), [0, 0, 1, -1])
  })
})
