import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { LagMeter } from '../../../consumer/pipeline/lag-meter.ts'
import { ProbeError } from '../../../core/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function fixture (): { clock: FakeClock, meter: LagMeter, beats: () => number } {
  const clock = new FakeClock()
  let beats = 0
  const beat = {
    beat: () => {
      beats++
    }
  }

  return { clock, meter: new LagMeter({ clock, log: pino({ level: 'silent' }), beat }), beats: () => beats }
}

suite('LagMeter', () => {
  test('reads the lag once a second and says when', async () => {
    const { clock, meter, beats } = fixture()
    const controller = new AbortController()
    const partitions = new Map([[0, 5], [2, 7]])
    assert.equal(meter.lag, undefined)
    const following = meter.follow({ lag: async () => partitions }, controller.signal)
    await clock.advance(4_000)
    assert.deepEqual(meter.lag, { partitions, total: 12, atMs: clock.now() })
    assert.equal(beats(), 5)
    controller.abort()
    await following
  })

  test('keeps the last reading, and does not beat, while the lag cannot be read', async () => {
    const { clock, meter, beats } = fixture()
    const controller = new AbortController()
    let isBroken = false
    const following = meter.follow({
      lag: async () => {
        if (isBroken) {
          throw new ProbeError('PP_BUS_UNAVAILABLE', 'away')
        }
        return new Map([[0, 1]])
      }
    }, controller.signal)
    await clock.settle()
    isBroken = true
    await clock.advance(1_000)

    assert.equal(meter.lag?.total, 1)
    assert.equal(beats(), 1)
    controller.abort()
    await following
  })

  test('remembers the partitions of a subscription that is ending', async () => {
    const { clock, meter } = fixture()
    const controller = new AbortController()
    const answers = [new Map([[0, 1]]), new Map<number, number>()]
    const following = meter.follow({
      lag: async () => {
        const answer = answers.shift()!
        if (answers.length === 0) {
          controller.abort()
        }
        return answer
      }
    }, controller.signal)
    await clock.runUntil(following)

    assert.deepEqual([...meter.lag!.partitions], [[0, 1]])
  })
})
