// What every adapter keeps of the two discoveries; a part of the NodeStore conformance suite.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_ID, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { contentsOf } from './node-store-fixture.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { OpenStore } from './node-store-fixture.ts'

const written = (visits: readonly Visit[]): { visits: readonly Visit[], crawls: [] } => ({ visits, crawls: [] })

/** Runs the suite; `open` gives each test an empty store. */
export function nodeStoreDiscoveryConformance (adapter: string, open: OpenStore): void {
  suite(`NodeStore conformance, discoveries: ${adapter}`, () => {
    test('answers a query with values in the place of its marks, whatever their text, by columns in their order', async () => {
      await using fixture = await open()
      const agentVersion = 'it\'s \\ a ? "quoted" 😀'
      await fixture.store.write(written([visitOf({ identify: { protocols: [], listenAddresses: [], agentVersion } }), visitOf({ nodeId: PEERS[1] })]))
      const { store: { values } } = fixture
      const rows = await fixture.store.query('SELECT node_id AS id, latency AS ns FROM node_info WHERE agent_version = ? AND latency > ? ORDER BY node_id', [agentVersion, 1])

      assert.deepEqual(rows.map(([id, ns]) => [values.text(id, 'id'), values.number(ns, 'ns')]), [[PEERS[0], 42_500_000]])
      await assert.rejects(fixture.store.query('SELECT 1 AS one FROM no_such_table', []), { code: 'PP_STORE_SCHEMA' })
    })

    test('keeps the IP address of a peer that came by itself, and not the port that it came from', async () => {
      await using fixture = await open()
      const connection = { address: '/ip4/192.0.2.9/tcp/50123', transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0' } as const
      const identify = { protocols: [], listenAddresses: [] }
      await fixture.store.write(written([
        visitOf({ discoveryType: 'passive', source: 'inbound', connection, identify }),
        visitOf({ source: 'connected', connection: { ...connection, address: '/ip4/192.0.2.9/udp/50124/quic-v1', transport: 'quic-v1' }, identify })
      ]))
      const { address_info: addresses, visit: visits } = await contentsOf(fixture)

      assert.deepEqual(addresses.map(({ multiaddr }) => multiaddr), ['/ip4/192.0.2.9'])
      assert.deepEqual(visits.map(({ address }) => address).sort(), ['/ip4/192.0.2.9/tcp/50123', '/ip4/192.0.2.9/udp/50124/quic-v1'])
    })

    test('tells who was found by the crawl, by passive discovery, and by both, within a span of crawls', async () => {
      await using fixture = await open()
      const passive = { discoveryType: 'passive', source: 'inbound' } as const
      await fixture.store.write(written([
        visitOf({ nodeId: PEERS[0] }),
        visitOf({ nodeId: PEERS[1] }),
        visitOf({ nodeId: PEERS[1], ...passive, crawlId: CRAWL_ID - 300 }),
        visitOf({ nodeId: PEERS[2], ...passive, crawlId: CRAWL_ID - 300 }),
        visitOf({ nodeId: PEERS[2], ...passive, scan: 'default/probe/other', crawlId: CRAWL_ID }),
        visitOf({ nodeId: PEERS[0], ...passive, crawlId: CRAWL_ID - 900 })
      ]))
      const scan = 'default/probe/main'

      assert.deepEqual(await fixture.store.foundBy(scan, { from: CRAWL_ID - 600, to: CRAWL_ID + 60 }), { active: 1, passive: 1, both: 1 })
      assert.deepEqual(await fixture.store.foundBy(scan, { from: CRAWL_ID, to: CRAWL_ID }), { active: 2, passive: 0, both: 0 })
      assert.deepEqual(await fixture.store.foundBy('nobody\'s', { from: 0, to: CRAWL_ID }), { active: 0, passive: 0, both: 0 })
    })
  })
}
