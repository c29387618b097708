import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Batcher } from '../../../consumer/pipeline/batcher.ts'
import { FakeClock } from '../../support/fake-clock.ts'

interface Fixture { clock: FakeClock, batcher: Batcher<number>, batches: { items: readonly number[], atMs: number }[] }

function fixture (flushMs = 0, maxInFlight = 1): Fixture {
  const clock = new FakeClock()
  const batches: Fixture['batches'] = []
  const batcher = new Batcher<number>({
    clock,
    flush: async (items) => {
      batches.push({ items, atMs: clock.monotonic() })
      if (flushMs > 0) {
        await new Promise<void>((resolve) => {
          clock.after(flushMs, resolve)
        })
      }
    }
  }, { maxItems: 5, maxWaitMs: 100, maxInFlight })

  return { clock, batcher, batches }
}

suite('Batcher', () => {
  test('flushes a full batch at once', async () => {
    const { batcher, batches } = fixture()
    await Promise.all([batcher.add([1, 2, 3]), batcher.add([4, 5])])

    assert.deepEqual(batches, [{ items: [1, 2, 3, 4, 5], atMs: 0 }])
  })

  test('lets the first item of a batch wait for others, no longer than allowed', async () => {
    const { clock, batcher, batches } = fixture()
    const first = batcher.add([1])
    await clock.advance(60)
    const second = batcher.add([2])
    await clock.runUntil(Promise.all([first, second]))

    assert.deepEqual(batches, [{ items: [1, 2], atMs: 100 }])
    assert.equal(clock.pending, 0)
  })

  test('begins a new wait for what comes after a batch', async () => {
    const { clock, batcher, batches } = fixture()
    await clock.runUntil(batcher.add([1]))
    await clock.advance(1_000)
    await clock.runUntil(batcher.add([2]))

    assert.deepEqual(batches.map(({ atMs }) => atMs), [100, 1_200])
  })

  test('waits for nothing once it hurries', async () => {
    const { batcher, batches } = fixture()
    const waiting = batcher.add([1])
    batcher.hurry()
    await waiting
    await batcher.add([2])

    assert.deepEqual(batches.map(({ items }) => items), [[1], [2]])
  })

  test('flushes as many batches at the same time as allowed; the next ones wait', async () => {
    const { clock, batcher, batches } = fixture(1_000, 2)
    const all = Promise.all([batcher.add([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), batcher.add([13, 14, 15])])
    await clock.runUntil(all)

    assert.deepEqual(batches.map(({ items, atMs }) => [items.length, atMs]), [[5, 0], [5, 0], [5, 1_000]])
  })

  test('resolves an addition with the last of its batches, whichever ends first', async () => {
    const { promise: first, resolve: endFirst } = Promise.withResolvers<undefined>()
    const done: string[] = []
    const batcher = new Batcher<number>({
      clock: new FakeClock(),
      flush: async ([item]) => {
        await (item === 1 ? first : Promise.resolve())
      }
    }, { maxItems: 2, maxWaitMs: 100, maxInFlight: 2 })
    const both = [batcher.add([1, 2, 3]).then(() => done.push('long')), batcher.add([4]).then(() => done.push('short'))]
    await both[1]
    assert.deepEqual(done, ['short'])
    endFirst(undefined)
    await Promise.all(both)

    assert.deepEqual(done, ['short', 'long'])
  })

  test('lets a running batch settle by itself when another one fails', async () => {
    const failure = new TypeError('broken')
    const { promise: first, resolve: endFirst } = Promise.withResolvers<undefined>()
    const batcher = new Batcher<number>({
      clock: new FakeClock(),
      flush: async ([item]) => {
        await (item === 1 ? first : Promise.reject(failure))
      }
    }, { maxItems: 1, maxWaitMs: 100, maxInFlight: 2 })
    const [one, two, three] = [batcher.add([1]), batcher.add([2]), batcher.add([3])]
    await assert.rejects(two, failure)
    await assert.rejects(three, failure)
    endFirst(undefined)

    await one
  })

  test('flushes one batch at a time and resolves an addition only with its last item', async () => {
    const { clock, batcher, batches } = fixture(1_000)
    const done: string[] = []
    const large = batcher.add([1, 2, 3, 4, 5, 6, 7]).then(() => done.push('large'))
    const small = batcher.add([8, 9, 10]).then(() => done.push('small'))
    await clock.advance(1_500)
    assert.deepEqual(done, [])
    await clock.runUntil(Promise.all([large, small]))

    assert.deepEqual(batches.map(({ items, atMs }) => [items, atMs]), [[[1, 2, 3, 4, 5], 0], [[6, 7, 8, 9, 10], 1_000]])
    assert.deepEqual(done, ['large', 'small'])
  })

  test('loses, doubles and reorders nothing, and passes no limit', async () => {
    const anyAdditions = fc.array(fc.record({ size: fc.integer({ min: 1, max: 12 }), pauseMs: fc.nat(150) }), { maxLength: 10 })
    await fc.assert(fc.asyncProperty(anyAdditions, fc.nat(80), fc.integer({ min: 1, max: 3 }), async (additions, flushMs, maxInFlight) => {
      const { clock, batcher, batches } = fixture(flushMs, maxInFlight)
      let next = 0
      const all: Promise<void>[] = []
      for (const { size, pauseMs } of additions) {
        all.push(batcher.add(Array.from({ length: size }, () => next++)))
        await clock.advance(pauseMs)
      }
      await clock.runUntil(Promise.all(all))

      assert.deepEqual(batches.flatMap(({ items }) => items), Array.from({ length: next }, (_, i) => i))
      assert.ok(batches.every(({ items }) => items.length >= 1 && items.length <= 5))
    }), { numRuns: 50 })
  })

  test('hands the failure of a flush to all who wait and to all who come later', async () => {
    const failure = new TypeError('broken')
    const batcher = new Batcher<number>({
      clock: new FakeClock(),
      flush: async () => {
        throw failure
      }
    }, { maxItems: 2, maxWaitMs: 100, maxInFlight: 1 })
    const results = await Promise.allSettled([batcher.add([1]), batcher.add([2, 3])])

    assert.ok(results.every(result => result.status === 'rejected' && result.reason === failure))
    await assert.rejects(batcher.add([4]), failure)
  })
})
