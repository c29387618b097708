import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FirstSeen } from '../../../../operator/reconcile/observe/first-seen.ts'

test('FirstSeen counts from the first call for a key, and forgets the oldest of many', () => {
  let now = 100
  const seen = new FirstSeen({ monotonic: () => now })
  assert.equal(seen.ageMs('a'), 0)
  now = 160
  assert.deepEqual([seen.ageMs('a'), seen.ageMs('b')], [60, 0])

  for (let i = 0; i < 10_000; i++) {
    seen.ageMs(String(i))
  }
  assert.equal(seen.ageMs('a'), 0)
})
