import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { DumpLoop } from '../../../consumer/dumps/dump-loop.ts'
import { ProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { DumpResult } from '../../../consumer/dumps/record-dump.ts'
import type { DumpContent } from '../../../core/contracts/dump-content.ts'

interface Fixture { clock: FakeClock, loop: DumpLoop, outcomes: string[], state: { isDumper: boolean, answers: (DumpResult | Error)[] } }

function fixture (contents: readonly DumpContent[] = ['nodes']): Fixture {
  const clock = new FakeClock()
  const outcomes: string[] = []
  const state: Fixture['state'] = { isDumper: true, answers: [] }
  const loop = new DumpLoop({
    clock,
    log: pino({ level: 'silent' }),
    isDumper: () => state.isDumper,
    onDump: (content, { outcome }) => outcomes.push(`${content} ${outcome} at ${String(clock.monotonic())}`),
    dump: {
      contents,
      dump: async () => {
        const answer = state.answers.shift() ?? { outcome: 'unchanged' as const }
        if (answer instanceof Error) {
          throw answer
        }
        return answer
      }
    }
  })

  return { clock, loop, outcomes, state }
}

suite('DumpLoop', () => {
  test('dumps on its interval, and makes up for a failure with the next one', async () => {
    const { clock, loop, outcomes, state } = fixture()
    const controller = new AbortController()
    state.answers.push({ outcome: 'skipped' }, new ProbeError('PP_DUMP_FAILED', 'no room'), new ProbeError('PP_STORE_UNAVAILABLE', 'away'))
    const running = assert.rejects(loop.run(10_000, controller.signal), isAbort)
    await clock.advance(40_000)
    controller.abort()
    await running

    assert.deepEqual(outcomes, ['nodes skipped at 10000', 'nodes failed at 20000', 'nodes failed at 30000', 'nodes unchanged at 40000'])
  })

  test('leaves dumps to the consumer that has partition 0', async () => {
    const { loop, outcomes, state } = fixture()
    state.isDumper = false
    await loop.dumpNow(new AbortController().signal)
    assert.deepEqual(outcomes, [])
    state.isDumper = true
    await loop.dumpNow(new AbortController().signal)
    assert.deepEqual(outcomes, ['nodes unchanged at 0'])
  })

  test('dumps each content, also after the dump of another one failed', async () => {
    const { loop, outcomes, state } = fixture(['visits', 'nodes', 'sessions'])
    state.answers.push({ outcome: 'unchanged' }, new ProbeError('PP_DUMP_FAILED', 'no room'), { outcome: 'skipped' })
    await loop.dumpNow(new AbortController().signal)

    assert.deepEqual(outcomes, ['visits unchanged at 0', 'nodes failed at 0', 'sessions skipped at 0'])
  })

  test('takes an interval of 0 for as often as sensible', async () => {
    const { clock, loop, outcomes } = fixture()
    const controller = new AbortController()
    const running = assert.rejects(loop.run(0, controller.signal), isAbort)
    await clock.advance(3_000)
    controller.abort()
    await running

    assert.equal(outcomes.length, 3)
  })

  test('lets faults of the program through', async () => {
    const { loop, state } = fixture()
    state.answers.push(new TypeError('broken'))

    await assert.rejects(loop.dumpNow(new AbortController().signal), TypeError)
  })
})
