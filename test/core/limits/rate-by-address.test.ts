import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RateByAddress } from '../../../core/limits/rate-by-address.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('what each address asks for within a second', () => {
  test('is counted for itself, and begins again with the next second', async () => {
    const clock = new FakeClock()
    const rate = new RateByAddress(clock, 3)
    const asked = (address: string, count: number): number => Array.from({ length: count }, () => rate.allows(address)).filter(Boolean).length

    assert.equal(asked('10.0.0.9', 50), 3)
    assert.equal(asked('10.0.0.1', 2), 2)
    await clock.advance(999)
    assert.equal(asked('10.0.0.9', 50), 0)
    await clock.advance(1)
    assert.equal(asked('10.0.0.9', 50), 3)
  })

  test('is forgotten for addresses that were not seen for long, never for one that asks now', () => {
    const rate = new RateByAddress(new FakeClock(), 1)
    const flood = Array.from({ length: 5_000 }, (_, i) => [rate.allows('10.0.0.9'), rate.allows(`fd00::${i.toString(16)}`)])

    assert.equal(flood.filter(([own]) => own).length, 1)
    assert.ok(flood.every(([, other]) => other))
  })
})
