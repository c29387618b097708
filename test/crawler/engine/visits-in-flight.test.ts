import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { newEntry } from '../../../crawler/engine/frontier/frontier-peer.ts'
import { abandonedResult, resultOf, VisitsInFlight } from '../../../crawler/engine/visits-in-flight.ts'
import type { RunningVisit } from '../../../crawler/engine/visits-in-flight.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'

const started = (sinceMs: number): RunningVisit => ({
  peer: newEntry(Uint8Array.from([1]), { source: 'known' }),
  controller: new AbortController(),
  startedAtMs: 1_000_000 + sinceMs,
  sinceMs,
  lostBeforeMs: 0
})
const result = (outcome: VisitResult['outcome']): VisitResult => ({ lane: 'fast', startedAtMs: 0, durationMs: 1, outcome, attempts: [] })

suite('VisitsInFlight', () => {
  test('aborts a visit a second after its limit, and only that one', () => {
    const visits = new VisitsInFlight({ visitTimeoutMs: 10_000 })
    const [old, young] = [started(0), started(5_000)]
    visits.start(old)
    visits.start(young)
    visits.sweep(10_999)
    assert.equal(old.controller.signal.aborted, false)

    assert.deepEqual(visits.sweep(11_000), [])
    assert.deepEqual([old.controller.signal.aborted, young.controller.signal.aborted, visits.watchdogCuts], [true, false, 1])
  })

  test('abandons a visit 4 s after its abort, for any cause', () => {
    const visits = new VisitsInFlight({ visitTimeoutMs: 10_000 })
    const visit = started(0)
    visits.start(visit)
    visits.cutAll('stopped', 2_000)
    visits.cutAll('stall', 5_000)

    assert.deepEqual(visits.sweep(5_999), [])
    assert.deepEqual(visits.sweep(6_000), [visit])
    assert.deepEqual([visits.size, visits.lingering, visits.watchdogCuts], [0, 1, 0])
    assert.equal(visits.end(visit), false)
    assert.equal(visits.lingering, 0)
  })

  test('records the end of a visit once', () => {
    const visits = new VisitsInFlight({ visitTimeoutMs: 10_000 })
    const visit = started(0)
    visits.start(visit)

    assert.deepEqual([visits.end(visit), visits.end(visit), visits.size], [true, false, 0])
  })
})

suite('the result of an aborted visit', () => {
  const cut = (cause: 'watchdog' | 'stall' | 'stopped'): RunningVisit => ({ ...started(0), cut: { cause, atMs: 5 } })

  test('is a timeout after the watchdog or a stall, and `aborted` if the crawl stopped', () => {
    assert.equal(resultOf(cut('watchdog'), result('aborted')).outcome, 'timeout')
    assert.equal(resultOf(cut('stall'), result('aborted')).outcome, 'timeout')
    assert.equal(resultOf(cut('stopped'), result('aborted')).outcome, 'aborted')
  })

  test('keeps what the visit found before', () => {
    assert.equal(resultOf(cut('watchdog'), result('rpc-failed')).outcome, 'rpc-failed')
    assert.equal(resultOf(started(0), result('aborted')).outcome, 'aborted')
  })

  test('that never ended has no lane and lasts until it was abandoned', () => {
    const { detail, ...report } = abandonedResult(cut('watchdog'), 20_000)

    assert.deepEqual(report, { startedAtMs: 1_000_000, durationMs: 20_000, outcome: 'timeout', attempts: [] })
    assert.match(detail!, /watchdog/)
    assert.equal(abandonedResult(cut('stopped'), 20_000).outcome, 'aborted')
  })
})
