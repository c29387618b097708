import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { busyShare } from '../../../core/time/busy-share.ts'

test('a share is that of the time since the last call: work without a pause is all of it', async () => {
  await setImmediate() // utilization is counted from the first turn of the loop on
  const share = busyShare()
  createHash('sha256').update(new Uint8Array(10_000_000)).digest()

  assert.ok(share() > 0.99)
})
