import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Deadline } from '../../../crawler/visit/deadline.ts'
import { outcomeOfFault, peerFault } from '../../../crawler/visit/peer-fault.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('Deadline', () => {
  test('the signal aborts with timeout when the time is up', async () => {
    const clock = new FakeClock()
    using deadline = new Deadline(clock, 100, new AbortController().signal)
    await clock.advance(99)
    assert.equal(deadline.signal.aborted, false)
    await clock.advance(1)

    assert.equal(outcomeOfFault(deadline.signal.reason), 'timeout')
  })

  test('a restart grants the whole time again', async () => {
    const clock = new FakeClock()
    using deadline = new Deadline(clock, 100, new AbortController().signal)
    await clock.advance(90)
    deadline.restart()
    await clock.advance(90)
    assert.equal(deadline.signal.aborted, false)
    await clock.advance(10)

    assert.equal(deadline.signal.aborted, true)
  })

  test('an abort of the parent is aborted, whatever its reason', () => {
    for (const reason of [undefined, new Error('stop'), 'text']) {
      const parent = new AbortController()
      using deadline = new Deadline(new FakeClock(), 100, parent.signal)
      parent.abort(reason)

      assert.equal(outcomeOfFault(deadline.signal.reason), 'aborted')
    }
  })

  test('a parent that has an outcome passes it on, also when it aborted before', () => {
    const reason = peerFault('timeout', 'the visit is too long')
    using deadline = new Deadline(new FakeClock(), 100, AbortSignal.abort(reason))

    assert.equal(deadline.signal.reason, reason)
  })

  test('a disposed deadline leaves no timer, and follows its parent no more', () => {
    const clock = new FakeClock()
    const parent = new AbortController()
    const deadline = new Deadline(clock, 100, parent.signal)
    deadline[Symbol.dispose]()
    parent.abort()

    assert.equal(clock.pending, 0)
    assert.equal(deadline.signal.aborted, false)
  })
})
