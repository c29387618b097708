import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { furthestOutcome, isContacted, isDhtServer, isIdentified, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'

suite('outcomes', () => {
  test('count as contacted, identified and DHT server as the contract says', () => {
    const table = OUTCOME_NAMES.map(outcome => [outcome, isContacted(outcome), isIdentified(outcome), isDhtServer(outcome)])

    assert.deepEqual(table.slice(0, 6), [
      ['ok', true, true, true],
      ['rpc-failed', true, true, true],
      ['identified', true, true, false],
      ['identify-failed', true, false, undefined],
      ['connected', true, false, undefined],
      ['refused', false, false, undefined]
    ])
    assert.ok(table.slice(5).every(([, contacted]) => contacted === false))
  })

  test('of a visit is that of the attempt that got furthest', () => {
    assert.equal(furthestOutcome(['refused', 'peer-id-mismatch', 'timeout']), 'peer-id-mismatch')
    assert.equal(furthestOutcome(['unreachable', 'timeout', 'refused']), 'refused')
    assert.equal(furthestOutcome(['filtered', 'timeout']), 'timeout')
    assert.equal(furthestOutcome(['reset', 'ok']), 'ok')
    assert.equal(furthestOutcome([]), 'no-dialable-address')
  })

  test('of a visit does not depend on the order of its attempts', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...OUTCOME_NAMES), { minLength: 1 }), (outcomes) => {
      assert.equal(furthestOutcome(outcomes), furthestOutcome([...outcomes].reverse()))
    }))
  })
})
