import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PeerDeadline } from '../../../crawler/peer/peer-deadline.ts'
import { outcomeOfFault, peerFault } from '../../../crawler/peer/peer-fault.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('Deadline', () => {
  test('the outcome is timeout when the time is up', async () => {
    const clock = new FakeClock()
    using deadline = new PeerDeadline(clock, 100, new AbortController().signal)
    await clock.advance(99)
    assert.equal(deadline.signal.aborted, false)
    await clock.advance(1)

    assert.equal(outcomeOfFault(deadline.signal.reason), 'timeout')
  })

  test('an abort of the parent has the outcome aborted, for any reason', () => {
    for (const reason of [undefined, new Error('stop'), 'text']) {
      const parent = new AbortController()
      using deadline = new PeerDeadline(new FakeClock(), 100, parent.signal)
      parent.abort(reason)

      assert.equal(outcomeOfFault(deadline.signal.reason), 'aborted')
    }
  })

  test('the outcome of the parent\'s reason is kept, also if it aborted before', () => {
    const reason = peerFault('timeout', 'the visit is too long')
    using deadline = new PeerDeadline(new FakeClock(), 100, AbortSignal.abort(reason))

    assert.equal(deadline.signal.reason, reason)
  })
})
