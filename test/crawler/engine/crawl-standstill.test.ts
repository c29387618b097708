import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sleep } from '../../../core/time/sleep.ts'
import { BEAT_MS, StandstillWatch } from '../../../core/time/standstill.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { addressOf } from '../../support/network/simulated-network.ts'
import { patient, refused, start } from './started-crawl.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { Start, Started } from './started-crawl.ts'

const ok: VisitResult = { ...refused, outcome: 'ok', routingTable: { queries: 2, failed: 0, peers: [] } }
const timedOut: VisitResult = { ...refused, outcome: 'timeout', attempts: [{ address: addressOf(1), outcome: 'timeout', durationMs: 5_000 }] }

/** Context of a visit in these crawls: the time, and the number of visits so far. */
interface Scene { clock: FakeClock, visits: number }

interface Watched extends Started { scene: Scene }

/** A crawl in a process that may stand still. */
function watched (visit: (scene: Scene, signal: AbortSignal) => Promise<VisitResult>, options: Omit<Start, 'visit'> = {}): Watched {
  const clock = new FakeClock()
  const scene = { clock, visits: 0 }
  const standstill = new StandstillWatch({ clock, sinceBootMs: () => clock.monotonic() })
  standstill.watch()
  const started = start({ ...options, clock, deps: { standstill }, visit: async (_target, signal) => {
    scene.visits++

    return await visit(scene, signal)
  } })

  return { ...started, scene }
}

/** Waits for some time of the clock. */
const after = async (ms: number, { clock }: Scene, signal: AbortSignal, result: VisitResult): Promise<VisitResult> => {
  await sleep(clock, ms, signal)

  return result
}

suite('a crawl whose process stood still', () => {
  test('repeats the visits in flight, and counts no timeout', async () => {
    const crawl = watched(async (scene, signal) => scene.clock.monotonic() < 20_000 ? await after(5_000, scene, signal, timedOut) : ok, { count: 8 })
    await crawl.clock.advance(1_000)
    crawl.clock.standStill(20_000)
    const { totals, lostMs, standstills, repeatedVisits, end } = await crawl.clock.runUntil(crawl.report)

    assert.deepEqual([end, totals.outcomes, totals.visited, totals.contacted], ['complete', { ok: 8 }, 8, 8])
    assert.deepEqual([standstills, repeatedVisits, crawl.scene.visits], [1, 8, 16])
    assert.ok(lostMs > 19_000 && lostMs <= 20_000, String(lostMs))
    assert.deepEqual(crawl.visits.map(({ attempt, result }) => [attempt, result.outcome]), Array.from({ length: 8 }, () => [1, 'ok']))
  })

  test('keeps complete results', async () => {
    const crawl = watched(async (scene, signal) => await after(5_000, scene, signal, ok), { count: 3 })
    await crawl.clock.advance(1_000)
    crawl.clock.standStill(20_000)
    const { totals, repeatedVisits } = await crawl.clock.runUntil(crawl.report)

    assert.deepEqual([totals.outcomes, repeatedVisits, crawl.scene.visits], [{ ok: 3 }, 0, 3])
  })

  test('detects the standstill before its timer fires: the first event after it may be a reset', async () => {
    const { promise: isReset, resolve: reset } = Promise.withResolvers<undefined>()
    const crawl = watched(async (scene) => {
      if (scene.visits > 1) {
        return ok
      }

      await isReset

      return { ...refused, outcome: 'reset' }
    })
    await crawl.clock.advance(BEAT_MS / 2)
    crawl.clock.standStill(20_000)
    reset(undefined)
    const { totals, repeatedVisits } = await crawl.clock.runUntil(crawl.report)

    assert.deepEqual([totals.outcomes, repeatedVisits], [{ ok: 1 }, 1])
  })

  test('does not count the standstill as a stall or toward the maximum duration', async () => {
    const crawl = watched(async (scene, signal) => await after(3_000, scene, signal, ok), { options: { maxDurationMs: 60_000 } })
    await crawl.clock.advance(1_500)
    crawl.clock.standStill(120_000)
    const { end, stalls, watchdogCuts, totals } = await crawl.clock.runUntil(crawl.report)

    assert.deepEqual([end, stalls, watchdogCuts, totals.outcomes], ['complete', 0, 0, { ok: 1 }])
  })

  test('gives a running visit the lost time back, and aborts it after that', async () => {
    const crawl = watched(async (_scene, signal) => await patient({ id: Uint8Array.of(1), addresses: [], plan: { strategy: 'Topology' } }, signal))
    await crawl.clock.advance(1_000)
    crawl.clock.standStill(10_000)
    await crawl.clock.advance(20_000)
    assert.equal(crawl.run.status().watchdogCuts, 0)
    await crawl.clock.advance(10_000)

    assert.equal(crawl.run.status().watchdogCuts, 1)
    crawl.stop.abort()
    await crawl.clock.runUntil(crawl.report)
  })

  test('that stands still in every visit still ends, and attributes the timeouts to itself', async () => {
    const crawl = watched(async (scene, signal) => {
      await sleep(scene.clock, 1, signal)
      scene.clock.standStill(3_000)

      return timedOut
    })
    const { totals, repeatedVisits } = await crawl.clock.runUntil(crawl.report)
    const [only] = crawl.visits

    assert.deepEqual([totals.outcomes, repeatedVisits, crawl.scene.visits], [{ 'limit-exceeded': 1 }, 2, 3])
    assert.match(only!.result.detail!, /stood still for \d+\.\d s/)
    assert.deepEqual(only!.result.attempts.map(({ outcome }) => outcome), ['limit-exceeded'])
  })

  test('that is stopped reports each visit in flight, and repeats none', async () => {
    const crawl = watched(async (_scene, signal) => await patient({ id: Uint8Array.of(1), addresses: [], plan: { strategy: 'Topology' } }, signal), { count: 3 })
    await crawl.clock.advance(1_000)
    crawl.clock.standStill(20_000)
    crawl.stop.abort()
    const { totals, end } = await crawl.clock.runUntil(crawl.report)

    assert.deepEqual([end, totals.outcomes, crawl.scene.visits], ['aborted', { aborted: 3 }, 3])
  })
})
