import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { WorkQueue } from '../../../operator/runtime/work-queue.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Result } from '../../../operator/runtime/work-queue.ts'

interface Rig { clock: FakeClock, queue: WorkQueue, starts: [string, number][], overlaps: string[] }

function rig (work: (key: string, n: number) => Result | Promise<Result>, workers = 2, tookMs = 10): Rig {
  const clock = new FakeClock()
  const starts: [string, number][] = []
  const running = new Set<string>()
  const overlaps: string[] = []
  const queue = new WorkQueue({
    clock,
    work: async (key) => {
      starts.push([key, clock.monotonic()])
      if (running.has(key) || running.size >= workers) {
        overlaps.push(key)
      }
      running.add(key)
      await new Promise<void>((resolve) => {
        clock.after(tookMs, resolve)
      })
      running.delete(key)
      return await work(key, starts.filter(([each]) => each === key).length)
    }
  }, { workers, jitter: 0 })
  queue.start()

  return { clock, queue, starts, overlaps }
}

suite('WorkQueue', () => {
  test('processes each key once, however often it was added, and once more if it was added meanwhile', async () => {
    const { clock, queue, starts } = rig(() => ({ done: true }))
    queue.add('a')
    queue.add('a')
    queue.add('b')
    assert.equal(queue.active, 2)
    await clock.advance(5)
    queue.add('a')
    queue.add('a')
    await clock.advance(100)

    assert.deepEqual(starts, [['a', 0], ['b', 0], ['a', 10]])
  })

  test('reports how long the oldest key has been in progress', async () => {
    const { clock, queue } = rig(() => ({ done: true }), 2, 50)
    assert.equal(queue.longestMs, 0)
    queue.add('a')
    await clock.advance(20)
    queue.add('b')
    await clock.advance(10)
    assert.equal(queue.longestMs, 30)
    await clock.advance(30)
    assert.equal(queue.longestMs, 40)
    await clock.advance(100)
    assert.equal(queue.longestMs, 0)
  })

  test('never processes one key twice at once, and exceeds no limit', async () => {
    const anyAdds = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(30)), { maxLength: 30 })
    await fc.assert(fc.asyncProperty(anyAdds, fc.integer({ min: 1, max: 3 }), async (adds, workers) => {
      const { clock, queue, starts, overlaps } = rig((_, n) => n % 3 === 0 ? { err: new RangeError('now and then') } : { done: true }, workers)
      for (const [key, pauseMs] of adds) {
        queue.add(key)
        await clock.advance(pauseMs)
      }
      await clock.advance(600_000)

      assert.deepEqual(overlaps, [])
      assert.equal(queue.depth + queue.active, 0)
      assert.deepEqual(new Set(starts.map(([key]) => key)), new Set(adds.map(([key]) => key)))
    }), { numRuns: 50 })
  })

  test('waits longer after each failure of a key, and starts over once it succeeded', async () => {
    const { clock, queue, starts } = rig((_, n) => n < 4 ? { err: new RangeError('no') } : n === 5 ? { err: new RangeError('again') } : { done: true }, 1, 0)
    queue.add('a')
    await clock.advance(10_000)
    queue.add('a')
    await clock.advance(10_000)

    assert.deepEqual(starts.map(([, at]) => at), [0, 200, 600, 1_400, 10_000, 10_200])
  })

  test('requeues when asked to, at once when the key is added, and not after a terminal failure', async () => {
    const { clock, queue, starts } = rig((key, n) => key === 'bad' ? { terminal: new RangeError('spec') } : n === 1 ? { requeueAfterMs: 5_000 } : { done: true }, 1, 0)
    queue.add('a')
    queue.add('bad')
    await clock.advance(1_000)
    queue.add('a')
    await clock.advance(60_000)

    assert.deepEqual(starts, [['a', 0], ['bad', 0], ['a', 1_000]])
  })

  test('treats a throw as a failure, and drains: running keys finish, nothing else starts', async () => {
    const { clock, queue, starts } = rig(() => Promise.reject(new RangeError('thrown')), 1)
    queue.add('a')
    queue.add('b')
    const drained = queue.drain()
    queue.add('c')
    await clock.runUntil(drained)
    await clock.advance(60_000)

    assert.deepEqual(starts, [['a', 0]])
  })
})
