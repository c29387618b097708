import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isProbeError, ProbeError } from '../../../core/errors.ts'
import { sleep } from '../../../core/time/sleep.ts'
import { FIRST_VISITS } from '../../../crawler/engine/concurrency-limit.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { hanging, patient, refused, start } from './started-crawl.ts'
import type { CompletedVisit, VisitSink } from '../../../crawler/engine/population/visit-sink.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { Visit } from './started-crawl.ts'

suite('the limits of a crawl', () => {
  test('a visit that exceeds its limit is aborted and counts as a timeout', async () => {
    const { clock, visits, report } = start({ visit: patient })
    const { watchdogCuts, totals } = await clock.runUntil(report)

    assert.equal(clock.monotonic(), 16_000)
    assert.equal(watchdogCuts, 1)
    assert.deepEqual(totals.outcomes, { timeout: 1 })
    assert.match(visits[0]!.result.detail!, /watchdog/)
  })

  test('a visit that does not end after its abort is abandoned 4 s later, and its slot is free again', async () => {
    let calls = 0
    const visit: Visit = async (...args) => calls++ === 0 ? await hanging(...args) : refused
    const { clock, visits, report } = start({ visit, count: 2, options: { concurrency: 1 } })
    const { totals, end } = await clock.runUntil(report)

    assert.equal(clock.monotonic(), 20_000)
    assert.deepEqual(totals.outcomes, { timeout: 1, refused: 1 })
    assert.deepEqual([end, visits[0]?.result.lane, visits[0]?.result.durationMs], ['complete', undefined, 20_000])
  })

  test('an abandoned visit that ends later is not counted twice', async () => {
    const late = Promise.withResolvers<VisitResult>()
    let calls = 0
    const visit: Visit = async (...args) => calls++ === 0 ? await late.promise : await patient(...args)
    const { clock, visits, report } = start({ visit, count: 2, options: { concurrency: 1 } })
    await clock.advance(21_000)
    late.resolve(refused)
    const { totals } = await clock.runUntil(report)

    assert.deepEqual([totals.outcomes, visits.length], [{ timeout: 2 }, 2])
  })

  test('more abandoned visits than slots end the crawl with PP_VISITOR_BROKEN', async () => {
    const { clock, report } = start({ visit: hanging, count: 30 })

    await assert.rejects(clock.runUntil(report), (err: unknown) => isProbeError(err, 'PP_VISITOR_BROKEN'))
    assert.equal(clock.pending, 0)
  })

  test('30 s without a completed visit abort all visits, and the crawl continues', async () => {
    let calls = 0
    const visit: Visit = async (...args) => calls++ < 10 ? await patient(...args) : refused
    const { clock, visits, report } = start({ visit, count: 12, options: { visitTimeoutMs: 600_000 } })
    const { stalls, totals, end } = await clock.runUntil(report)

    assert.equal(clock.monotonic(), 30_000)
    assert.deepEqual([stalls, end], [1, 'complete'])
    assert.deepEqual(totals.outcomes, { timeout: 10, refused: 2 })
    assert.match(visits[0]!.result.detail!, /stall/)
  })

  test('counts one stall even if the visits do not end after their abort', async () => {
    const { clock, report } = start({ visit: hanging, options: { visitTimeoutMs: 600_000 } })
    const { stalls, totals } = await clock.runUntil(report)

    assert.equal(clock.monotonic(), 34_000)
    assert.deepEqual([stalls, totals.outcomes], [1, { timeout: 1 }])
  })

  test('at its maximum duration it starts no more visits and is finished', async () => {
    const { clock, report } = start({ visit: patient, count: 50, options: { maxDurationMs: 5_000 } })
    const { end, totals, population } = await clock.runUntil(report)

    assert.equal(clock.monotonic(), 5_000)
    assert.deepEqual([end, totals.visited, totals.discovered, totals.outcomes], ['max-duration', 10, 50, { aborted: 10 }])
    assert.deepEqual(population, [])
  })

  test('a visitor that rejects on abort fails the crawl at once', async () => {
    const visit: Visit = async (_target, signal) => {
      await sleep(new FakeClock(), 1, signal)
      return refused
    }
    const { clock, report } = start({ visit, options: { maxDurationMs: 5_000 } })

    await assert.rejects(clock.runUntil(report), (err: unknown) => isProbeError(err, 'PP_VISITOR_BROKEN'))
    assert.equal(clock.monotonic(), 5_000)
  })

  test('a visitor that rejects ends the crawl and the other visits with it', async () => {
    const cause = new TypeError('boom')
    let calls = 0
    const visit: Visit = async (...args) => {
      if (calls++ === 3) {
        throw cause
      }

      return await patient(...args)
    }
    const { clock, report, visits } = start({ visit, count: 50 })

    await assert.rejects(clock.runUntil(report), (err: unknown) => isProbeError(err, 'PP_VISITOR_BROKEN') && err.cause === cause)
    assert.deepEqual([visits.length, clock.pending], [FIRST_VISITS - 1, 0])
  })
})

suite('a crawl whose sink is full', () => {
  test('starts no visit until there is room, and drops none', async () => {
    const accepted: CompletedVisit[] = []
    let room: PromiseWithResolvers<void> | undefined
    const sink: VisitSink = {
      ready: () => room?.promise,
      accept (visit) {
        accepted.push(visit)
        room ??= accepted.length === 5 ? Promise.withResolvers() : undefined
      }
    }
    const { run, clock, report } = start({ visit: async () => refused, count: 40, deps: { sink }, options: { concurrency: 3 } })
    await clock.advance(60_000)
    const waiting = run.status()
    const full = room!
    room = undefined
    full.resolve()
    const { totals, stalls } = await clock.runUntil(report)

    assert.ok(waiting.done >= 5 && waiting.done <= 5 + 3, String(waiting.done))
    assert.deepEqual([waiting.waitingForSink, waiting.inFlight], [true, 0])
    assert.deepEqual([totals.visited, accepted.length, stalls], [40, 40, 0])
  })

  test('does not count a long wait for room as a stall, and asks for room once', async () => {
    const room = Promise.withResolvers<undefined>()
    let asked = 0
    const sink: VisitSink = {
      ready: () => asked++ === 1 ? room.promise : undefined,
      accept: () => undefined
    }
    const slow: Visit = async (_target, signal) => {
      await sleep(clock, 2_500, signal)
      return refused
    }
    const clock = new FakeClock()
    const { report } = start({ visit: slow, count: 3, clock, deps: { sink } })
    await clock.advance(120_000)
    assert.equal(asked, 2)

    room.resolve(undefined)
    const { stalls, totals } = await clock.runUntil(report)
    assert.deepEqual([stalls, totals.outcomes], [0, { refused: 3 }])
  })

  test('still ends at its maximum duration', async () => {
    const sink: VisitSink = { ready: () => Promise.withResolvers<undefined>().promise, accept: () => undefined }
    const { clock, report } = start({ visit: hanging, deps: { sink }, options: { maxDurationMs: 2_000 } })

    assert.equal((await clock.runUntil(report)).end, 'max-duration')
  })

  test('fails with the sink\'s error', async () => {
    const cause = new ProbeError('PP_BUS_CLOSED', 'gone')
    const sink: VisitSink = { ready: () => Promise.reject(cause), accept: () => undefined }
    const { clock, report } = start({ visit: hanging, deps: { sink } })

    await assert.rejects(clock.runUntil(report), cause)
    assert.equal(clock.pending, 0)
  })

  test('fails if the sink does not accept a visit', async () => {
    const cause = new TypeError('bug')
    const sink: VisitSink = {
      ready: () => undefined,
      accept () {
        throw cause
      }
    }
    const { clock, report } = start({ visit: async () => refused, count: 3, deps: { sink } })

    await assert.rejects(clock.runUntil(report), cause)
  })
})
