import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { DeadLetterRate } from '../../../consumer/pipeline/dead-letter-rate.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const clock = new FakeClock()

function rateOf (bad: number, good: number, lines: string[] = []): DeadLetterRate {
  const rate = new DeadLetterRate({ clock, log: pino({ level: 'info' }, { write: line => lines.push(line) }) })
  for (let i = 0; i < good + bad; i++) {
    rate.record(i >= good)
  }

  return rate
}

const isHigh = (rate: DeadLetterRate): boolean => rate.problem !== undefined

suite('DeadLetterRate', () => {
  test('is high at more than a fifth of the last 1,000 messages', () => {
    assert.equal(isHigh(rateOf(200, 800)), false)
    assert.equal(isHigh(rateOf(201, 799)), true)
    assert.equal(isHigh(rateOf(201, 5_000)), true)
    assert.equal(isHigh(rateOf(200, 5_000)), false)
    assert.equal(rateOf(250, 750).share, 0.25)
  })

  test('says nothing on fewer than 100 messages', () => {
    assert.equal(isHigh(rateOf(99, 0)), false)
    assert.equal(isHigh(rateOf(100, 0)), true)
    assert.equal(isHigh(rateOf(21, 79)), true)
    assert.equal(isHigh(rateOf(20, 80)), false)
    assert.equal(rateOf(0, 0).share, 0)
  })

  test('says what is wrong and since when, and logs once where it begins and once where it ends', () => {
    const lines: string[] = []
    const rate = rateOf(300, 0, lines)
    const { sinceMs, ...problem } = rate.problem!

    assert.deepEqual(problem, { code: 'PP_DEAD_LETTER_RATE', message: '300 of the last 300 messages cannot be stored and were moved to the dead letters: `peerprobe dead-letters list` shows why' })
    assert.equal(sinceMs, clock.now())
    for (let i = 0; i < 900; i++) {
      rate.record(false)
    }
    assert.equal(isHigh(rate), false)
    assert.equal(lines.length, 2)
  })

  test('stays high until a tenth, so that a share on the border does not come and go', () => {
    const lines: string[] = []
    const rate = rateOf(201, 799, lines)
    for (let i = 0; i < 900; i++) {
      rate.record(i % 5 === 0)
    }

    assert.equal(isHigh(rate), true)
    assert.equal(lines.length, 1)
  })
})
