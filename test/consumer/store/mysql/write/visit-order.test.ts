import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { TextFitter } from '../../../../../consumer/store/model/safe-text.ts'
import { visitRowOf } from '../../../../../consumer/store/model/visit-row.ts'
import { precedenceOf, PRECEDENCE_COLUMNS, precedes } from '../../../../../consumer/store/mysql/write/visit-order.ts'
import { anyVisit, failedVisitOf, visitOf } from '../../../../support/consumer/messages.ts'
import type { VisitPrecedence } from '../../../../../consumer/store/mysql/write/visit-order.ts'
import type { Visit } from '../../../../../core/contracts/visit.ts'

const of = (visit: Visit): VisitPrecedence => precedenceOf(visitRowOf(visit, new TextFitter()))

suite('the order of the messages of one visit', () => {
  test('is total: of two that differ one precedes, and none precedes itself', () => {
    fc.assert(fc.property(anyVisit, anyVisit, (x, y) => {
      const [a, b] = [of(x), of(y)]
      const isEqual = JSON.stringify(a) === JSON.stringify(b)

      assert.equal(precedes(a, a), false)
      assert.equal(Number(precedes(a, b)) + Number(precedes(b, a)), isEqual ? 0 : 1)
    }))
  })

  test('goes by time first, then by outcome, so that the history agrees with last_tried and last_outcome', () => {
    const late = of(failedVisitOf({ startedAt: '2026-01-01T00:00:02.000Z' }))
    const early = of(visitOf({ startedAt: '2026-01-01T00:00:01.000Z' }))

    assert.equal(precedes(late, early), true)
    assert.equal(precedes(of(failedVisitOf({ outcome: 'timeout' })), of(failedVisitOf({ outcome: 'refused' }))), true)
  })

  test('compares numbers as numbers', () => {
    assert.equal(precedes(of(visitOf({ durationMs: 100 })), of(visitOf({ durationMs: 99 }))), true)
  })

  test('has as many values from a message as from the database', () => {
    assert.equal(of(visitOf()).length, PRECEDENCE_COLUMNS.length)
    assert.equal(of(failedVisitOf()).length, PRECEDENCE_COLUMNS.length)
  })
})
