import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { mismatchFault, outcomeOfFault, peerFault, provenIdOf } from '../../../crawler/peer/peer-fault.ts'

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

  test('the fault for another peer in place of the dialled one contains its id, if known', () => {
    const id = Uint8Array.of(0, 1, 2)

    assert.equal(outcomeOfFault(mismatchFault('another', id)), 'peer-id-mismatch')
    assert.deepEqual([mismatchFault('another', id), mismatchFault('another'), peerFault('reset', 'x'), new Error('x')].map(provenIdOf), [id, undefined, undefined, undefined])
  })
})
