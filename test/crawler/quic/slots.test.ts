import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { Slots } from '../../../crawler/quic/slots.ts'

suite('Slots', () => {
  test('grants a bounded number of slots, and others in the order of arrival', async () => {
    const slots = new Slots(2)
    const { signal } = new AbortController()
    const through: number[] = []
    const take = async (n: number): Promise<Disposable> => {
      const slot = await slots.take(signal)
      through.push(n)
      return slot
    }
    const [first, , third] = [take(1), take(2), take(3), take(4)]
    await new Promise(setImmediate)
    assert.deepEqual(through, [1, 2]);
    (await first)[Symbol.dispose]()
    await new Promise(setImmediate)
    assert.deepEqual(through, [1, 2, 3]);
    (await third)[Symbol.dispose]()
    await new Promise(setImmediate)

    assert.deepEqual(through, [1, 2, 3, 4])
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  test('removes waiters that abort', async () => {
    const slots = new Slots(1)
    const held = await slots.take(new AbortController().signal)
    const stop = new AbortController()
    const waiting = slots.take(stop.signal)
    stop.abort(new Error('enough'))
    await assert.rejects(waiting, { message: 'enough' })
    await assert.rejects(slots.take(stop.signal), { message: 'enough' })
    held[Symbol.dispose]()

    await slots.take(new AbortController().signal)
  })
})
