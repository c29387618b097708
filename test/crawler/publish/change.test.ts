import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { Change } from '../../../crawler/publish/change.ts'

suite('Change', () => {
  test('resolves at once if the condition is already true', async () => {
    await new Change().until(() => true)
  })

  test('resolves when the condition becomes true after a change, not before', async () => {
    const change = new Change()
    let n = 0
    let resolved = 0
    const waiting = change.until(() => n >= 2).then(() => resolved++)
    n = 1
    change.notify()
    await Promise.resolve()
    assert.equal(resolved, 0)

    n = 2
    change.notify()
    await waiting
  })

  test('rejects with the condition\'s error', async () => {
    const change = new Change()
    const cause = new TypeError('broken')
    let broken = false
    const waiting = change.until(() => {
      if (broken) {
        throw cause
      }

      return false
    })
    broken = true
    change.notify()

    await assert.rejects(waiting, cause)
  })

  test('rejects when the signal aborts, and leaves no listener', async () => {
    const change = new Change()
    const stop = new AbortController()
    const waiting = change.until(() => false, stop.signal)
    stop.abort()

    await assert.rejects(waiting, { name: 'AbortError' })
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
    await assert.rejects(change.until(() => true, stop.signal), { name: 'AbortError' })
  })
})
