import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { DelayHeap } from '../../../../crawler/engine/confirmation/delay-heap.ts'

function drain (heap: DelayHeap<number>, nowMs: number): number[] {
  const taken: number[] = []

  for (let first = heap.firstDue(nowMs); first !== undefined; first = heap.firstDue(nowMs)) {
    heap.removeFirst()
    taken.push(first)
  }

  return taken
}

suite('DelayHeap', () => {
  test('gives what is due, the earliest first, and keeps the rest', () => {
    fc.assert(fc.property(fc.array(fc.nat(50), { maxLength: 80 }), fc.nat(50), (times, nowMs) => {
      const heap = new DelayHeap<number>()
      times.forEach((ms) => {
        heap.add(ms, ms)
      })
      const sorted = [...times].sort((a, b) => a - b)

      assert.deepEqual(drain(heap, nowMs), sorted.filter(ms => ms <= nowMs))
      assert.equal(heap.size, sorted.filter(ms => ms > nowMs).length)
      assert.deepEqual(drain(heap, Infinity), sorted.filter(ms => ms > nowMs))
    }))
  })

  test('is empty when nothing was added, also after a removal', () => {
    const heap = new DelayHeap<number>()
    heap.removeFirst()

    assert.deepEqual([heap.size, heap.firstDue(Infinity)], [0, undefined])
  })
})
