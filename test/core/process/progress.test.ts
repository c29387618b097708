import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Progress } from '../../../core/process/progress.ts'

suite('Progress', () => {
  test('names a loop that has not come round within its limit, until it beats again', () => {
    let now = 0
    const progress = new Progress({ clock: { now: () => now, monotonic: () => now, after: () => ({ [Symbol.dispose]: () => undefined }) } })
    const crawl = progress.watch('crawl', 100)
    progress.watch('publish', 1_000)
    now = 101
    assert.deepEqual(progress.overdue(), [{ name: 'crawl', sinceMs: 101 }])

    crawl.beat()
    assert.deepEqual(progress.overdue(), [])
  })

  test('forgets a loop that has ended, and not its successor of the same name', () => {
    let now = 0
    const progress = new Progress({ clock: { now: () => now, monotonic: () => now, after: () => ({ [Symbol.dispose]: () => undefined }) } })
    const first = progress.watch('crawl', 100)
    progress.watch('crawl', 100)
    first[Symbol.dispose]()
    now = 200
    assert.equal(progress.overdue().length, 1)
  })
})
