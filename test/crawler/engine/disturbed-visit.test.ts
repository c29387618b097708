import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { excused, mayBeIncomplete } from '../../../crawler/engine/disturbed-visit.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'

suite('a visit during which the process stood still', () => {
  const visit = (change: Partial<VisitResult>): VisitResult => ({ startedAtMs: 0, durationMs: 1, attempts: [], outcome: 'ok', ...change })

  test('may be incomplete unless the peer answered everything', () => {
    const incomplete = (['refused', 'timeout', 'reset', 'connected', 'identify-failed', 'rpc-failed', 'dns-failed', 'limit-exceeded'] as const).map(outcome => mayBeIncomplete(visit({ outcome })))

    assert.deepEqual(new Set(incomplete), new Set([true]))
    assert.deepEqual([mayBeIncomplete(visit({})), mayBeIncomplete(visit({ outcome: 'identified' }))], [false, false])
    assert.equal(mayBeIncomplete(visit({ routingTable: { queries: 2, failed: 1, peers: [] } })), true)
    assert.equal(mayBeIncomplete(visit({ attempts: [{ address: Uint8Array.of(1), outcome: 'timeout', durationMs: 5_000 }] })), true)
  })

  test('loses a round trip that may include the standstill', () => {
    assert.equal(excused(visit({ latencyMs: 20_030 }), 20_000).latencyMs, undefined)
    assert.equal(excused(visit({ latencyMs: 30 }), 20_000).latencyMs, 30)
  })
})
