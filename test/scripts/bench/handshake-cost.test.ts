import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { cpuMs, handshakeCpuMs } from '../../../scripts/bench/handshake-cost.ts'

suite('the cost of a handshake', () => {
  test('is CPU time that was really spent, and less than all of it', () => {
    const before = cpuMs()
    const cost = handshakeCpuMs()

    assert.ok(cost > 0)
    assert.ok(cost < cpuMs() - before)
  })
})
