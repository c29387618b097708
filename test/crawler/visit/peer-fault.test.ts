import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { outcomeOfFault, peerFault } from '../../../crawler/visit/peer-fault.ts'

suite('peer faults', () => {
  test('a fault carries its outcome, text and cause', () => {
    const cause = new Error('why')
    const fault = peerFault('reset', 'what', cause)

    assert.equal(outcomeOfFault(fault), 'reset')
    assert.deepEqual([fault.message, fault.code, fault.cause], ['what', 'PP_PEER_FAULT', cause])
    assert.ok(!('cause' in peerFault('reset', 'what')))
  })

  test('other errors have no outcome', () => {
    assert.equal(outcomeOfFault(new Error('x')), undefined)
    assert.equal(outcomeOfFault(undefined), undefined)
  })
})
