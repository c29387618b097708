import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SurvivalCurve } from '../../../consumer/figures/survival.ts'

const HOUR_MS = 3_600_000

suite('survival curve', () => {
  test('without censoring it is the share of longer sessions', () => {
    const curve = new SurvivalCurve(10 * HOUR_MS)
    const hours = [1, 2, 3, 4]
    hours.forEach((length) => {
      curve.add(length * HOUR_MS, true)
    })
    const shareAfter = (s: number): number | undefined => curve.points(5_000).find(point => point.s > s)?.share

    assert.deepEqual([0, 1.5, 2.5, 3.5, 4.5].map(h => shareAfter(h * 3_600)), [1, 0.75, 0.5, 0.25, 0])
    assert.ok(Math.abs((curve.medianS() ?? 0) - 7_200) < 8)
  })

  test('a session of which the end is unknown counts as long as it was seen', () => {
    const curve = new SurvivalCurve(10 * HOUR_MS)
    curve.add(HOUR_MS, true)
    curve.add(2 * HOUR_MS, false)
    curve.add(3 * HOUR_MS, true)

    assert.deepEqual(curve.points(5_000).filter(({ s }) => s > 2.5 * 3_600).map(({ share }) => Math.round(share * 1_000))[0], 667)
    assert.ok(Math.abs((curve.medianS() ?? 0) - 3 * 3_600) < 8)
  })

  test('what lasts longer than the limit never ends', () => {
    const curve = new SurvivalCurve(HOUR_MS)
    curve.add(2 * HOUR_MS, true)

    assert.equal(curve.medianS(), null)
    assert.equal(curve.points(10).length, 10)
    assert.deepEqual(new SurvivalCurve(HOUR_MS).points(10), [])
  })
})
