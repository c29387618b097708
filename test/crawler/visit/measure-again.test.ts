import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isDoubtful, measureAgain } from '../../../crawler/visit/measure-again.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { ScriptedSession } from '../../support/network/scripted-session.ts'
import type { Latency } from '../../../crawler/dial/latency.ts'

const { signal } = new AbortController()

/** A session that measures these latencies, one per ping; more pings are never answered. */
function sessionOf (first: Latency, ...pings: Latency[]): ScriptedSession & { latency: Latency, pings: number } {
  const session = Object.assign(new ScriptedSession({}), { latency: first, pings: 0, ping: async () => {
    session.pings++
    const next = pings.shift()

    if (next === undefined) {
      await new Promise(() => undefined)
    } else {
      session.latency = next
    }
  } })

  return session
}

suite('measureAgain', () => {
  test('pings until the error is small, at most three times', async () => {
    const bad = { ms: 30, errorMs: 20 }
    const good = { ms: 12, errorMs: 1 }

    for (const [pings, expected] of [[[good], 1], [[bad, good], 2], [[bad, bad, bad, good], 3]] as const) {
      const session = sessionOf(bad, ...pings)
      await measureAgain(session, new FakeClock(), signal)

      assert.equal(session.pings, expected)
    }
  })

  test('does not ping if the round trip is precise enough, or if the session cannot ping', async () => {
    const sure = sessionOf({ ms: 30, errorMs: 5 })
    await measureAgain(sure, new FakeClock(), signal)
    await measureAgain(new ScriptedSession({}), new FakeClock(), signal)

    assert.equal(sure.pings, 0)
    assert.deepEqual([{ ms: 0.3, errorMs: 0.15 }, { ms: 100, errorMs: 24 }, { ms: 100, errorMs: 26 }, undefined].map(isDoubtful), [false, false, true, false])
  })

  test('waits a second for a remote that does not answer, and not beyond the end of the visit', async () => {
    const clock = new FakeClock()
    await clock.runUntil(measureAgain(sessionOf({ ms: 30, errorMs: 20 }), clock, signal))
    assert.deepEqual([clock.monotonic(), clock.pending], [1_000, 0])
    const stop = new AbortController()
    const measuring = measureAgain(sessionOf({ ms: 30, errorMs: 20 }), clock, stop.signal)
    stop.abort()
    await measuring

    assert.deepEqual([clock.monotonic(), clock.pending], [1_000, 0])
  })
})
