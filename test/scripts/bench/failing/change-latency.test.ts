import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../../core/defined.ts'
import { changeLatencies, quantileOf } from '../../../../scripts/bench/failing/change-latency.ts'
import type { AuditEvent } from '../../../support/servers/audit-log.ts'

const at = (seconds: number): string => new Date(1_700_000_000_000 + seconds * 1_000).toISOString()
const event = (username: string, [resource = '', name = '', subresource]: string[], from: number): AuditEvent => ({
  verb: 'patch',
  user: { username },
  objectRef: { resource, namespace: 'lab', name, ...defined({ subresource }) },
  requestReceivedTimestamp: at(from),
  stageTimestamp: at(from + 0.5)
})

suite('the latency of changes', () => {
  test('is the time from the answer to a change until the operator changes the consumers, each change once', () => {
    const events = [
      event('operator', ['deployments', 'a-consumer'], 0),
      event('admin', ['peerprobes', 'a'], 1),
      event('admin', ['peerprobes', 'b'], 2),
      event('operator', ['peerprobes', 'a', 'status'], 2),
      event('operator', ['deployments', 'a-crawler-main'], 2.5),
      event('operator', ['deployments', 'a-consumer'], 3),
      event('operator', ['deployments', 'a-consumer'], 4),
      event('controller-manager', ['deployments', 'b-consumer'], 5)
    ]

    assert.deepEqual(changeLatencies(events, 'operator'), [1_500])
  })

  test('has quantiles that are measured values', () => {
    assert.deepEqual([0.5, 0.95, 0].map(share => quantileOf([4, 1, 3, 2], share)), [2, 4, 1])
    assert.ok(Number.isNaN(quantileOf([], 0.5)))
  })
})
