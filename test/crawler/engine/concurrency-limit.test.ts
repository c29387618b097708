import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FEWEST_VISITS, FIRST_VISITS, ConcurrencyLimit, PACE_MS } from '../../../crawler/engine/concurrency-limit.ts'
import { FakeClock } from '../../support/fake-clock.ts'

interface StartedLimit { concurrency: ConcurrencyLimit, clock: FakeClock, load: { busy: number }, growths: number[] }

/** A started limit, with a load that the test sets. */
function started (most: number): StartedLimit {
  const clock = new FakeClock()
  const load = { busy: 0 }
  const growths: number[] = []
  const concurrency: ConcurrencyLimit = new ConcurrencyLimit({ clock, busyShare: () => load.busy, onMore: () => growths.push(concurrency.limit) }, most)
  concurrency.start()

  return { concurrency, clock, load, growths }
}

suite('ConcurrencyLimit', () => {
  test('starts with a few visits, and with no more than its upper bound', () => {
    assert.equal(started(1_000).concurrency.limit, FIRST_VISITS)
    assert.equal(started(5).concurrency.limit, 5)
  })

  test('grows to a thousand within a second while the process is idle, no further, and reports each growth', async () => {
    const { concurrency, clock, growths } = started(1_000)
    await clock.advance(PACE_MS)
    const first = concurrency.limit
    await clock.advance(900)
    assert.deepEqual([growths[0], concurrency.limit], [first, 1_000])
    const { length } = growths
    await clock.advance(2_000)

    assert.ok(first > FIRST_VISITS)
    assert.deepEqual([concurrency.limit, growths.length], [1_000, length])
  })

  test('grows more slowly with less idle time, and stays if a fifth to a tenth is left', async () => {
    const growth = await Promise.all([0.3, 0.7, 0.8, 0.9].map(async (busy) => {
      const { concurrency, clock, load } = started(1_000)
      load.busy = busy
      await clock.advance(5 * PACE_MS)

      return concurrency.limit
    }))

    assert.ok(growth[0]! > growth[1]! && growth[1]! > FIRST_VISITS, String(growth))
    assert.deepEqual(growth.slice(2), [FIRST_VISITS, FIRST_VISITS])
  })

  test('shrinks while the process is too busy, to a few visits at least', async () => {
    const { concurrency, clock, load, growths } = started(1_000)
    await clock.advance(5 * PACE_MS)
    const grown = concurrency.limit
    growths.length = 0
    load.busy = 0.95
    await clock.advance(3 * PACE_MS)
    const shrunk = concurrency.limit
    await clock.advance(100 * PACE_MS)

    assert.ok(shrunk < grown && shrunk > FEWEST_VISITS, String(shrunk))
    assert.equal(concurrency.limit, FEWEST_VISITS)
    assert.deepEqual(growths, [])
  })

  test('allows one visit with an upper bound of one, however busy the process is', async () => {
    const { concurrency, clock, load } = started(1)
    load.busy = 1
    await clock.advance(50 * PACE_MS)

    assert.equal(concurrency.limit, 1)
  })

  test('leaves no timer behind', () => {
    const { concurrency, clock } = started(10)
    concurrency[Symbol.dispose]()

    assert.equal(clock.pending, 0)
  })
})
