import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { cloudEventHeaders } from '../../../crawler/publish/cloud-event.ts'

suite('cloudEventHeaders', () => {
  test('are those of the binary mode of CloudEvents 1.0 on Kafka', () => {
    assert.deepEqual(cloudEventHeaders({ id: 'a', type: 'dev.peerprobe.visit.v1', source: 'ns/probe/scan', time: '2026-01-01T00:00:00.000Z' }), {
      'ce_specversion': '1.0',
      'ce_id': 'a',
      'ce_type': 'dev.peerprobe.visit.v1',
      'ce_source': 'ns/probe/scan',
      'ce_time': '2026-01-01T00:00:00.000Z',
      'content-type': 'application/json'
    })
  })
})
