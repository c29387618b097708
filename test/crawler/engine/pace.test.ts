import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FEWEST_VISITS, FIRST_VISITS, Pace, PACE_MS } from '../../../crawler/engine/pace.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Clock } from '../../../core/clock.ts'

interface Paced { pace: Pace, clock: FakeClock, load: { busy: number, lateMs: number }, told: number[] }

/** A pace that has started, under a load of the test's choice: a late timer is one after which the clock has moved on. */
function paced (most: number): Paced {
  const clock = new FakeClock()
  const load = { busy: 0, lateMs: 0 }
  const told: number[] = []
  const late: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, callback) => clock.after(ms + load.lateMs, callback)
  }
  const pace: Pace = new Pace({ clock: late, busyShare: () => load.busy, onMore: () => told.push(pace.limit) }, most)
  pace.start()

  return { pace, clock, load, told }
}

suite('Pace', () => {
  test('starts with some visits, and with no more than are wanted', () => {
    assert.equal(paced(1_000).pace.limit, FIRST_VISITS)
    assert.equal(paced(5).pace.limit, 5)
  })

  test('grows to a thousand within a second while the process has time left, and no further, and tells each time', async () => {
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

  test('shrinks while a busy process comes late, to some visits at least', async () => {
    const { pace, clock, load, told } = paced(1_000)
    Object.assign(load, { busy: 1, lateMs: 40 })
    await clock.advance(3 * PACE_MS)
    const shrunk = pace.limit
    await clock.advance(100 * PACE_MS)

    assert.ok(shrunk < FIRST_VISITS && shrunk > FEWEST_VISITS, String(shrunk))
    assert.equal(pace.limit, FEWEST_VISITS)
    assert.deepEqual(told, [])
  })

  test('stays where a busy process comes in time', async () => {
    const { pace, clock, load } = paced(1_000)
    Object.assign(load, { busy: 1, lateMs: 2 })
    await clock.advance(20 * PACE_MS)

    assert.equal(pace.limit, FIRST_VISITS)
  })

  test('grows although timers come late when that is not the process\'s doing', async () => {
    const { pace, clock, load } = paced(1_000)
    Object.assign(load, { busy: 0.3, lateMs: 40 })
    await clock.advance(20 * PACE_MS)

    assert.ok(pace.limit > FIRST_VISITS)
  })

  test('allows one visit where one is wanted, however busy the process is', async () => {
    const { pace, clock, load } = paced(1)
    Object.assign(load, { busy: 1, lateMs: 500 })
    await clock.advance(50 * PACE_MS)

    assert.equal(pace.limit, 1)
  })

  test('leaves no timer behind', () => {
    const { pace, clock } = paced(10)
    pace[Symbol.dispose]()

    assert.equal(clock.pending, 0)
  })
})
