import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isContacted, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { visitResult } from '../../../crawler/visit/visit-result.ts'

const FRAME = { lane: 'quic', startedAtMs: 1, durationMs: 2 } as const
const address = Uint8Array.of(4, 127, 0, 0, 1, 6, 0, 1)
const connection = { address, transport: 'tcp', limited: false } as const
const identity = { protocols: ['/a'], listenAddresses: [address] }
const routingTable = { queries: 2, failed: 1, peers: [] }

suite('the result of a visit', () => {
  for (const outcome of OUTCOME_NAMES) {
    test(`that is ${outcome} ${isContacted(outcome) ? 'has the data of the connection' : 'has no connection'}`, () => {
      const attempts = [{ address, outcome, durationMs: 1 }]
      const over = { connection, identity, latencyMs: 7, latencyErrorMs: 3, routingTable, otherProtocols: ['/b/kad'] }

      assert.deepEqual(
        visitResult(FRAME, { outcome, detail: 'why', attempts, connection, identity, latency: { ms: 7, errorMs: 3 }, routingTable, otherProtocols: ['/b/kad'] }),
        { ...FRAME, outcome, detail: 'why', attempts, ...isContacted(outcome) ? over : {} }
      )
    })
  }

  test('has no fields for unknown values', () => {
    const nothing = { detail: undefined, connection: undefined, identity: undefined, latency: undefined, routingTable: undefined, otherProtocols: undefined }

    assert.deepEqual(visitResult(FRAME, { outcome: 'connected', ...nothing }), { ...FRAME, outcome: 'connected', attempts: [] })
    assert.deepEqual(Object.keys(visitResult(FRAME, { outcome: 'refused', ...nothing })), ['lane', 'startedAtMs', 'durationMs', 'outcome', 'attempts'])
  })
})
