import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { aborted, childController, isAbort, onAbort } from '../../../core/time/signals.ts'

const REASON = new TypeError('reason')

suite('signals', () => {
  test('an abort is heard once with its reason, also when it came before, and not after disposal', () => {
    const controller = new AbortController()
    const heard: unknown[] = []
    onAbort(controller.signal, reason => heard.push(reason))
    onAbort(controller.signal, () => heard.push('disposed of'))[Symbol.dispose]()
    controller.abort(REASON)
    onAbort(controller.signal, reason => heard.push(reason))

    assert.deepEqual(heard, [REASON, REASON])
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  })

  test('aborted resolves for a signal that aborts and for one that already has', async () => {
    const controller = new AbortController()
    const waiting = aborted(controller.signal)
    controller.abort()

    await waiting
    await aborted(controller.signal)
  })

  test('a child controller follows its parent, and takes its listener off when disposed', () => {
    const parent = new AbortController()

    {
      using child = childController(parent.signal)
      assert.equal(getEventListeners(parent.signal, 'abort').length, 1)
      assert.ok(!child.signal.aborted)
    }
    assert.equal(getEventListeners(parent.signal, 'abort').length, 0)

    using follower = childController(parent.signal)
    parent.abort(new TypeError('reason'))
    assert.ok(follower.signal.aborted)
    assert.equal(follower.signal.reason, parent.signal.reason)

    using late = childController(parent.signal)
    assert.ok(late.signal.aborted)
  })

  test('aborting a child leaves its parent alone', () => {
    const parent = new AbortController()
    using child = childController(parent.signal)
    child.abort()

    assert.ok(!parent.signal.aborted)
  })

  test('only an abort is an abort', () => {
    assert.ok(isAbort(AbortSignal.abort().reason))
    assert.ok(!isAbort(new Error('abort')))
    assert.ok(!isAbort('AbortError'))
  })
})
