import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentVisitors } from '../../../crawler/passive/recent-visitors.ts'

test('RecentVisitors keeps peers with addresses, the latest addresses, and evicts the oldest first', () => {
  const met = new RecentVisitors()
  const id = (n: number): Uint8Array => Uint8Array.of(n >> 16, n >> 8 & 255, n & 255)
  const address = Uint8Array.of(4)
  met.note(id(1), [address])
  met.note(id(2), [])
  assert.deepEqual(met.list(), [{ id: id(1), addresses: [address], outcome: 'identified', failures: 0 }])
  met.note(id(1), [])
  assert.deepEqual(met.list(), [])
  assert.deepEqual([...met.ids()], ['000002', '000001'])

  for (let i = 0; i <= 20_000; i++) {
    met.note(id(i), [address])
  }

  assert.equal(met.list().length, 20_000)
  assert.equal(met.ids().size, 20_000)
  assert.deepEqual(met.list()[0]?.id, id(1))
})
