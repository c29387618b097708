import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FEWEST_VISITS, FIRST_VISITS, ConcurrencyLimit, PACE_MS } from '../../../crawler/engine/concurrency-limit.ts'
import { FakeClock } from '../../support/fake-clock.ts'

interface Paced { pace: ConcurrencyLimit, clock: FakeClock, load: { busy: number }, told: number[] }

/** A started limit, with a load that the test sets. */
function paced (most: number): Paced {
  const clock = new FakeClock()
  const load = { busy: 0 }
  const told: number[] = []
  const pace: ConcurrencyLimit = new ConcurrencyLimit({ clock, busyShare: () => load.busy, onMore: () => told.push(pace.limit) }, most)
  pace.start()

  return { pace, clock, load, told }
}

suite('ConcurrencyLimit', () => {
  test('starts with a few visits, and with no more than its upper bound', () => {
    assert.equal(paced(1_000).pace.limit, FIRST_VISITS)
    assert.equal(paced(5).pace.limit, 5)
  })

  test('grows to a thousand within a second while the process is idle, no further, and reports each growth', async () => {
    const { pace, clock, told } = paced(1_000)
    await clock.advance(PACE_MS)
    const first = pace.limit
    await clock.advance(900)
    assert.deepEqual([told[0], pace.limit], [first, 1_000])
    const { length } = told
    await clock.advance(2_000)

    assert.ok(first > FIRST_VISITS)
    assert.deepEqual([pace.limit, told.length], [1_000, length])
  })

  test('grows more slowly with less idle time, and stays if a fifth to a tenth is left', async () => {
    const growth = await Promise.all([0.3, 0.7, 0.8, 0.9].map(async (busy) => {
      const { pace, clock, load } = paced(1_000)
      load.busy = busy
      await clock.advance(5 * PACE_MS)

      return pace.limit
    }))

    assert.ok(growth[0]! > growth[1]! && growth[1]! > FIRST_VISITS, String(growth))
    assert.deepEqual(growth.slice(2), [FIRST_VISITS, FIRST_VISITS])
  })

  test('shrinks while the process is too busy, to a few visits at least', async () => {
    const { pace, clock, load, told } = paced(1_000)
    await clock.advance(5 * PACE_MS)
    const grown = pace.limit
    told.length = 0
    load.busy = 0.95
    await clock.advance(3 * PACE_MS)
    const shrunk = pace.limit
    await clock.advance(100 * PACE_MS)

    assert.ok(shrunk < grown && shrunk > FEWEST_VISITS, String(shrunk))
    assert.equal(pace.limit, FEWEST_VISITS)
    assert.deepEqual(told, [])
  })

  test('allows one visit with an upper bound of one, however busy the process is', async () => {
    const { pace, clock, load } = paced(1)
    load.busy = 1
    await clock.advance(50 * PACE_MS)

    assert.equal(pace.limit, 1)
  })

  test('leaves no timer behind', () => {
    const { pace, clock } = paced(10)
    pace[Symbol.dispose]()

    assert.equal(clock.pending, 0)
  })
})
