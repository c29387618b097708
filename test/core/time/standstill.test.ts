import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BEAT_MS, sinceBootMs, StandstillWatch } from '../../../core/time/standstill.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Clock } from '../../../core/time/clock.ts'

interface Watched { watch: StandstillWatch, clock: FakeClock, lost: number[], machine: { sleptMs: number, steppedMs: number } }

/** A watch on a machine that sleeps, or whose wall clock is set, when the test says so. */
function watched (): Watched {
  const fake = new FakeClock()
  const machine = { sleptMs: 0, steppedMs: 0 }
  const clock: Clock = {
    now: () => fake.now() + machine.sleptMs + machine.steppedMs,
    monotonic: () => fake.monotonic(),
    after: (ms, callback) => fake.after(ms, callback)
  }
  const lost: number[] = []

  const watch = new StandstillWatch({ clock, sinceBootMs: () => 5_000_000 + fake.monotonic() + machine.sleptMs, onLost: ms => lost.push(ms) })

  return { watch, clock: fake, lost, machine }
}

suite('StandstillWatch', () => {
  test('finds a process that was stopped, once, and how long', async () => {
    const { watch, clock, lost } = watched()
    watch.watch()
    await clock.advance(10 * BEAT_MS)
    clock.standStill(20_000 + BEAT_MS)
    await clock.advance(0)
    await clock.advance(10 * BEAT_MS)

    assert.deepEqual([watch.lostMs, watch.times, lost], [20_000, 1, [20_000]])
  })

  test('is known before its own timer fires, to every caller', async () => {
    const { watch, clock, lost } = watched()
    watch.watch()
    clock.standStill(3_000 + BEAT_MS)
    assert.deepEqual([watch.lostMs, watch.lostMs, lost], [3_000, 3_000, [3_000]])
    await clock.advance(2 * BEAT_MS)

    assert.deepEqual([watch.lostMs, watch.times], [3_000, 1])
  })

  test('takes a busy event loop for no standstill', async () => {
    const { watch, clock, lost } = watched()
    watch.watch()

    for (let i = 0; i < 20; i++) {
      clock.standStill(900)
      await clock.advance(BEAT_MS)
    }

    assert.deepEqual([watch.lostMs, watch.times, lost], [0, 0, []])
  })

  test('adds up what is lost bit by bit', async () => {
    const { watch, clock } = watched()
    watch.watch()

    for (let i = 0; i < 3; i++) {
      clock.standStill(2_000 + BEAT_MS)
      await clock.advance(BEAT_MS)
    }

    assert.deepEqual([watch.lostMs, watch.times], [6_000, 3])
  })

  test('finds a machine that slept, whose monotonic clock stood still too', async () => {
    const { watch, clock, machine, lost } = watched()
    watch.watch()
    await clock.advance(BEAT_MS)
    machine.sleptMs = 3_600_000
    assert.equal(watch.lostMs, 3_600_000)
    await clock.advance(10 * BEAT_MS)

    assert.deepEqual([watch.lostMs, watch.times, lost], [3_600_000, 1, [3_600_000]])
  })

  test('takes a wall clock that was set for no standstill', async () => {
    const { watch, clock, machine } = watched()
    watch.watch()

    for (const steppedMs of [7_200_000, -7_200_000, 0]) {
      machine.steppedMs = steppedMs
      await clock.advance(4 * BEAT_MS)
    }

    assert.deepEqual([watch.lostMs, watch.times], [0, 0])
  })

  test('leaves no timer behind, and what happens while nobody watches is not lost', async () => {
    const { watch, clock } = watched()
    const first = watch.watch()
    const second = watch.watch()
    first[Symbol.dispose]()
    assert.equal(clock.pending, 1)
    second[Symbol.dispose]()
    assert.equal(clock.pending, 0)
    clock.standStill(60_000)
    assert.equal(watch.lostMs, 0)
    watch.watch()
    await clock.advance(4 * BEAT_MS)

    assert.equal(watch.lostMs, 0)
  })

  test('reads the age of this machine', () => {
    const age = sinceBootMs()

    assert.ok(age >= performance.now() && Number.isFinite(age), String(age))
  })
})
