import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { stuck } from '../../../consumer/pipeline/watchdog.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { FakeClock } from '../../support/fake-clock.ts'

interface Fixture {
  clock: FakeClock
  state: { lag: number | undefined, commits: number, isExcused: boolean, isStuck: boolean }
  controller: AbortController
  watching: Promise<void>
}

function fixture (): Fixture {
  const clock = new FakeClock()
  const state = { lag: 10 as number | undefined, commits: 0, isExcused: false, isStuck: false }
  const controller = new AbortController()
  const deps = { clock, lag: () => state.lag, commits: () => state.commits, isExcused: () => state.isExcused }
  const watching = stuck(deps, 60_000, controller.signal).then(() => {
    state.isStuck = true
  })

  return { clock, state, controller, watching }
}

suite('stuck', () => {
  test('reports messages that wait while none is committed for the limit', async () => {
    const { clock, state, watching } = fixture()
    await clock.advance(59_000)
    assert.equal(state.isStuck, false)
    await clock.runUntil(watching)
    assert.equal(clock.monotonic(), 60_000)
  })

  test('starts again with each commit, when nothing waits, and while there is a reason outside', async () => {
    const { clock, state, controller, watching } = fixture()
    const excuses = [() => state.commits++, () => state.lag = 0, () => state.isExcused = true]
    for (const excuse of excuses) {
      Object.assign(state, { lag: 10, isExcused: false })
      await clock.advance(50_000)
      excuse()
      await clock.advance(5_000)
    }
    assert.equal(state.isStuck, false)
    controller.abort()
    await assert.rejects(watching, isAbort)
  })

  test('takes a lag that is not known for one that waits', async () => {
    const { clock, state, watching } = fixture()
    state.lag = undefined
    await clock.runUntil(watching)
  })
})
