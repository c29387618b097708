import assert from 'node:assert/strict'
import { test } from 'node:test'
import { observeWith } from '../../consumer/observers.ts'
import { recordingObserver } from '../support/consumer/recording-observer.ts'

test('observeWith tells every observer everything', () => {
  const a = recordingObserver()
  const b = recordingObserver()
  const both = observeWith(a, b)
  both.consumed(1)
  both.wrote({ rows: { node_info: 0, address_info: 0, node_network: 0, visit: 0, crawl: 0 }, coalesced: 0, cuts: 0 }, { messages: 2, durationMs: 1 })
  both.deadLettered('PP_STORE_DATA')
  both.committed(3, 20)
  both.retried('conflict')

  assert.deepEqual(a.lines, ['consumed 1', 'wrote 2', 'dead-lettered PP_STORE_DATA', 'committed 3 after 20 ms', 'retried conflict'])
  assert.deepEqual(b.lines, a.lines)
})
