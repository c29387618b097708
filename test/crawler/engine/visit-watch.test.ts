import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { newEntry } from '../../../crawler/engine/frontier/frontier-peer.ts'
import { STALL_MS, VisitWatch } from '../../../crawler/engine/visit-watch.ts'
import { VisitsInFlight } from '../../../crawler/engine/visits-in-flight.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { refused } from './started-crawl.ts'
import type { RunningVisit } from '../../../crawler/engine/visits-in-flight.ts'

const timedOut = { ...refused, outcome: 'timeout' as const }

interface Watched { watch: VisitWatch, clock: FakeClock, standstill: { lostMs: number, times: number }, visit: RunningVisit }

/** A watch over one visit, in a process that stood still before. */
function watched (): Watched {
  const clock = new FakeClock()
  const standstill = { lostMs: 7_000, times: 1 }
  const inFlight = new VisitsInFlight({ visitTimeoutMs: 600_000 })
  const visit = { peer: newEntry(Uint8Array.of(1), { source: 'known' }), controller: new AbortController(), startedAtMs: 0, sinceMs: 0, lostBeforeMs: 7_000 }
  inFlight.start(visit)

  return { watch: new VisitWatch({ clock, standstill }, inFlight), clock, standstill, visit }
}

suite('VisitWatch', () => {
  test('reports problems since its crawl began, and none from before', () => {
    const { watch, standstill } = watched()
    assert.deepEqual(watch.troubles(), { watchdogCuts: 0, stalls: 0, lostMs: 0, standstills: 0, repeatedVisits: 0 })
    Object.assign(standstill, { lostMs: 9_000, times: 2 })

    assert.deepEqual(watch.troubles(), { watchdogCuts: 0, stalls: 0, lostMs: 2_000, standstills: 1, repeatedVisits: 0 })
  })

  test('does not count a standstill as silence, however long, but counts silence after it', async () => {
    const { watch, clock, standstill, visit } = watched()
    await clock.advance(100_000)
    standstill.lostMs += 90_000
    watch.tick(clock.monotonic())
    assert.deepEqual([watch.troubles().stalls, visit.controller.signal.aborted], [0, false])
    await clock.advance(STALL_MS)
    watch.tick(clock.monotonic())

    assert.deepEqual([watch.troubles().stalls, visit.controller.signal.aborted], [1, true])
  })

  test('repeats a visit only if there was a standstill during it, and only while repeating is allowed', () => {
    const { watch, standstill, visit } = watched()
    assert.equal(watch.judge(visit, timedOut, true), timedOut)
    standstill.lostMs += 2_000
    assert.equal(watch.judge(visit, timedOut, true), undefined)
    assert.equal(watch.judge(visit, timedOut, false)?.outcome, 'limit-exceeded')

    assert.equal(watch.troubles().repeatedVisits, 1)
  })
})
