import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { raceAbort } from '../../../core/time/race-abort.ts'

const REASON = new Error('enough')

suite('raceAbort', () => {
  test('a promise that settles first decides', async () => {
    const { signal } = new AbortController()

    assert.equal(await raceAbort(Promise.resolve(1), signal), 1)
    await assert.rejects(raceAbort(Promise.reject(REASON), signal), REASON)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  test('an abort decides over a promise that never settles', async () => {
    const controller = new AbortController()
    const racing = raceAbort(new Promise(() => {
      // never settles
    }), controller.signal)
    controller.abort(REASON)

    await assert.rejects(racing, REASON)
  })

  test('a signal that is aborted already decides at once', async () => {
    await assert.rejects(raceAbort(new Promise(() => {
      // never settles
    }), AbortSignal.abort(REASON)), REASON)
  })

  test('what comes after the abort is handed over, and a late failure goes nowhere', async () => {
    const controller = new AbortController()
    const late: number[] = []
    const first = Promise.withResolvers<number>()
    const second = Promise.withResolvers<number>()
    const racing = [first, second].map(async ({ promise }) => await raceAbort(promise, controller.signal, value => late.push(value)))
    controller.abort(REASON)
    await Promise.allSettled(racing)
    first.resolve(7)
    second.reject(new Error('late'))
    await new Promise(setImmediate)

    assert.deepEqual(late, [7])
  })

  test('what settles just before the abort is not handed over a second time', async () => {
    const controller = new AbortController()
    const late: number[] = []
    const racing = raceAbort(Promise.resolve(1), controller.signal, value => late.push(value))
    await Promise.resolve()
    controller.abort(REASON)
    const used = await racing.catch(() => undefined)
    await new Promise(setImmediate)

    assert.equal([...late, ...used === undefined ? [] : [used]].length, 1)
  })

  test('nothing is handed over without an abort', async () => {
    const late: number[] = []
    const controller = new AbortController()
    await raceAbort(Promise.resolve(1), controller.signal, value => late.push(value))
    controller.abort(REASON)
    await new Promise(setImmediate)

    assert.deepEqual(late, [])
  })
})
