import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuMs } from '../../../scripts/bench/cpu-ms.ts'

test('CPU time of this process grows as it works', () => {
  const before = cpuMs()
  const numbers = Array.from({ length: 2_000_000 }, (_, i) => Math.sqrt(i))

  assert.ok(numbers.length > 0 && cpuMs() > before)
})
