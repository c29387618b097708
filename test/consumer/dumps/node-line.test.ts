import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nodeLine } from '../../../consumer/dumps/node-line.ts'
import type { NodeRecord } from '../../../consumer/store/model/node-store.ts'

const node: NodeRecord = {
  nodeId: 'QmPeer',
  protocolVersion: null,
  agentVersion: 'a\n"\u2028b',
  discoveryType: 'active',
  latencyNs: 42,
  lastSeen: '2026-01-01T00:00:01.000Z',
  firstSeen: '2026-01-01T00:00:00.000Z',
  identifiedAt: null,
  lastTried: '2026-01-01T00:00:02.000Z',
  lastOutcome: 'ok',
  addresses: [{ multiaddr: '/ip4/192.0.2.1/tcp/1', lastSeen: '2026-01-01T00:00:01.000Z' }],
  networks: [{ network: 'ipfs', firstSeen: '2026-01-01T00:00:00.000Z', lastSeen: '2026-01-01T00:00:01.000Z' }]
}

suite('nodeLine', () => {
  test('is one line of JSON with the names of the columns, whatever the texts hold', () => {
    const line = nodeLine(node)

    assert.equal(line.indexOf('\n'), line.length - 1)
    assert.deepEqual(JSON.parse(line), {
      node_id: 'QmPeer',
      protocol_version: null,
      agent_version: 'a\n"\u2028b',
      discovery_type: 'active',
      latency: 42,
      last_seen: '2026-01-01T00:00:01.000Z',
      first_seen: '2026-01-01T00:00:00.000Z',
      identified_at: null,
      last_tried: '2026-01-01T00:00:02.000Z',
      last_outcome: 'ok',
      addresses: [{ multiaddr: '/ip4/192.0.2.1/tcp/1', last_seen: '2026-01-01T00:00:01.000Z' }],
      networks: [{ network: 'ipfs', first_seen: '2026-01-01T00:00:00.000Z', last_seen: '2026-01-01T00:00:01.000Z' }]
    })
  })
})
