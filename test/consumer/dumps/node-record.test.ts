import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nodeRecord } from '../../../consumer/dumps/node-record.ts'
import { columnsOf } from '../../../consumer/records/record-kinds.ts'
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
  country: 'DE',
  asn: 24940,
  organisation: 'Hetzner Online GmbH',
  cloud: 'Hetzner',
  placedAt: '2026-01-01T00:00:01.000Z',
  addresses: [{ multiaddr: '/ip4/192.0.2.1/tcp/1', lastSeen: '2026-01-01T00:00:01.000Z' }],
  networks: [{ network: 'ipfs', firstSeen: '2026-01-01T00:00:00.000Z', lastSeen: '2026-01-01T00:00:01.000Z' }]
}

suite('nodeRecord', () => {
  test('has the columns of nodes, in their order', () => {
    assert.deepEqual(Object.keys(nodeRecord(node)), columnsOf('nodes').map(({ name }) => name))
    assert.deepEqual(nodeRecord(node), {
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
      country: 'DE',
      asn: 24940,
      organisation: 'Hetzner Online GmbH',
      cloud: 'Hetzner',
      placed_at: '2026-01-01T00:00:01.000Z',
      addresses: [{ multiaddr: '/ip4/192.0.2.1/tcp/1', last_seen: '2026-01-01T00:00:01.000Z' }],
      networks: [{ network: 'ipfs', first_seen: '2026-01-01T00:00:00.000Z', last_seen: '2026-01-01T00:00:01.000Z' }]
    })
  })
})
