// What every adapter of the NodeStore port must do: SQLite here, the MySQL family where there is a server.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_ID, crawlOf, failedVisitOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { SCHEMA_VERSION } from '../../support/consumer/migrated-database.ts'
import { nodeStoreChangesConformance } from './node-store-changes-conformance.ts'
import { nodeStoreDiscoveryConformance } from './node-store-discovery-conformance.ts'
import { contentsOf, NO_PLACE } from './node-store-fixture.ts'
import { nodeStorePurgeConformance } from './node-store-purge-conformance.ts'
import { nodeStoreRecordsConformance } from './node-store-records-conformance.ts'
import type { StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { OpenStore, Row, StoreFixture } from './node-store-fixture.ts'

const at = (seconds: number): string => new Date(CRAWL_ID * 1_000 + seconds * 1_000).toISOString()
const stored = (seconds: number): string => at(seconds).replace('T', ' ').replace('Z', '')
const written = (visits: readonly Visit[], crawls: StoreBatch['crawls'] = []): StoreBatch => ({ visits, crawls })

async function onlyNode (fixture: StoreFixture, visits: readonly Visit[]): Promise<Row | undefined> {
  for (const visit of visits) {
    await fixture.store.write(written([visit]))
  }

  return (await contentsOf(fixture)).node_info[0]
}

/** Runs the suite; `open` gives each test an empty store. */
export function nodeStoreConformance (adapter: string, open: OpenStore): void {
  suite(`NodeStore conformance: ${adapter}`, () => {
    test('keeps a contacted peer with what it said, and its addresses and network', async () => {
      await using fixture = await open()
      await fixture.store.write(written([visitOf({ startedAt: at(1) })]))
      const { node_info: nodes, address_info: addresses, node_network: networks } = await contentsOf(fixture)

      assert.deepEqual(nodes, [{
        node_id: PEERS[0],
        protocol_version: 'ipfs/0.1.0',
        agent_version: 'kubo/0.30.0',
        discovery_type: 'active',
        latency: 42_500_000,
        last_seen: stored(1),
        first_seen: stored(1),
        identified_at: stored(1),
        last_tried: stored(1),
        last_outcome: 'ok'
      }])
      assert.deepEqual(addresses.map(({ multiaddr, last_seen }) => [multiaddr, last_seen]), [['/ip4/192.0.2.1/tcp/4001', stored(1)], ['/ip4/192.0.2.1/udp/4001/quic-v1', stored(1)]])
      assert.deepEqual(networks, [{ node_id: PEERS[0], network: 'ipfs', first_seen: stored(1), last_seen: stored(1) }])
    })

    test('keeps the visit with all that a person would ask of it', async () => {
      await using fixture = await open()
      await fixture.store.write(written([visitOf({ startedAt: at(1.5), vantage: 'eu-west', lane: 'fast', routingTable: { queries: 3, failed: 1, peers: 20 } })]))

      assert.deepEqual((await contentsOf(fixture)).visit, [{
        started_at: stored(1.5),
        scan: 'default/probe/main',
        network: 'ipfs',
        vantage: 'eu-west',
        crawl_id: CRAWL_ID,
        node_id: PEERS[0],
        discovery_type: 'active',
        source: 'routing-table',
        attempt: 1,
        lane: 'fast',
        duration_ms: 120,
        outcome: 'ok',
        detail: null,
        address: '/ip4/192.0.2.1/tcp/4001',
        transport: 'tcp',
        security: '/noise',
        muxer: '/yamux/1.0.0',
        limited: 0,
        agent_version: 'kubo/0.30.0',
        protocol_version: 'ipfs/0.1.0',
        protocols: '["/ipfs/id/1.0.0","/ipfs/kad/1.0.0"]',
        addresses: '["/ip4/192.0.2.1/tcp/4001","/ip4/192.0.2.1/udp/4001/quic-v1"]',
        latency_ms: 42.5,
        latency_error_ms: 1.25,
        queries: 3,
        queries_failed: 1,
        peers_named: 20,
        ...NO_PLACE
      }])
    })

    test('keeps a peer that was never reached in the history alone', async () => {
      await using fixture = await open()
      await fixture.store.write(written([failedVisitOf({ detail: 'connect ETIMEDOUT' })]))
      const { node_info: nodes, address_info: addresses, visit } = await contentsOf(fixture)

      assert.deepEqual([nodes, addresses], [[], []])
      assert.deepEqual(visit.map(({ outcome, detail }) => [outcome, detail]), [['timeout', 'connect ETIMEDOUT']])
    })

    test('moves only last_tried and last_outcome when a visit of a known peer fails', async () => {
      await using fixture = await open()
      const before = await onlyNode(fixture, [visitOf({ startedAt: at(1) })])

      assert.deepEqual(await onlyNode(fixture, [failedVisitOf({ startedAt: at(2), attempt: 2 })]), { ...before, last_tried: stored(2), last_outcome: 'timeout' })
    })

    test('knows of failed visits that came before the first contact was delivered', async () => {
      await using fixture = await open()
      const node = await onlyNode(fixture, [
        failedVisitOf({ startedAt: at(9), attempt: 2, outcome: 'refused' }),
        failedVisitOf({ startedAt: at(5), crawlId: CRAWL_ID + 1 }),
        visitOf({ startedAt: at(1) })
      ])

      assert.deepEqual([node?.['last_tried'], node?.['last_outcome'], node?.['last_seen']], [stored(9), 'refused', stored(1)])
    })

    test('lets the latest identification decide agent, protocol and latency, whatever comes after it unidentified', async () => {
      await using fixture = await open()
      const node = await onlyNode(fixture, [
        visitOf({ startedAt: at(5), attempt: 2, latencyMs: 7, identify: { agentVersion: 'new', protocolVersion: 'p/2', protocols: [], listenAddresses: [] } }),
        visitOf({ startedAt: at(1), identify: { agentVersion: 'old', protocolVersion: 'p/1', protocols: [], listenAddresses: [] } }),
        visitOf({ startedAt: at(9), crawlId: CRAWL_ID + 1, outcome: 'identify-failed', identify: undefined, discoveryType: 'passive' })
      ])

      assert.deepEqual(node, {
        node_id: PEERS[0],
        protocol_version: 'p/2',
        agent_version: 'new',
        discovery_type: 'passive',
        latency: 7_000_000,
        last_seen: stored(9),
        first_seen: stored(1),
        identified_at: stored(5),
        last_tried: stored(9),
        last_outcome: 'identify-failed'
      })
    })

    test('keeps the older addresses of a peer that announces another one, and counts what changed', async () => {
      await using fixture = await open()
      const connection = { address: '/ip4/192.0.2.1/tcp/1', transport: 'tcp' } as const
      const seen = (crawlId: number, second: number, listenAddresses: string[]): Visit =>
        visitOf({ crawlId, startedAt: at(second), connection, identify: { protocols: [], listenAddresses } })
      await fixture.store.write(written([seen(CRAWL_ID, 1, ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.1/tcp/2'])]))
      const { rows } = await fixture.store.write(written([
        seen(CRAWL_ID + 1, 9, ['/ip4/192.0.2.1/tcp/3']),
        seen(CRAWL_ID + 2, 5, ['/ip4/192.0.2.1/tcp/3', '/ip4/192.0.2.1/tcp/4'])
      ]))
      const addresses = (await contentsOf(fixture)).address_info.map(({ multiaddr, last_seen }) => [multiaddr, last_seen]).sort()

      assert.equal(rows.address_info, 3)
      assert.deepEqual(addresses, [1, 2, 3, 4].map(port => [`/ip4/192.0.2.1/tcp/${String(port)}`, stored([9, 1, 9, 5][port - 1]!)]))
    })

    test('takes no address from a visit whose outcome says that nobody answered', async () => {
      await using fixture = await open()
      await fixture.store.write(written([visitOf(), visitOf({ attempt: 2, outcome: 'refused', connection: { address: '/ip4/198.51.100.9/tcp/1', transport: 'tcp' } })]))

      assert.equal((await contentsOf(fixture)).address_info.some(({ multiaddr }) => multiaddr === '/ip4/198.51.100.9/tcp/1'), false)
    })

    test('stores texts that no database likes', async () => {
      await using fixture = await open()
      const report = await fixture.store.write(written([visitOf({
        identify: { agentVersion: `a\0b\ud800${'x'.repeat(300)}`, protocolVersion: '\'; DROP TABLE node_info; --', protocols: ['\0'], listenAddresses: ['\udfff'] }
      })]))
      const [node] = (await contentsOf(fixture)).node_info

      assert.equal(node?.['agent_version'], `a�b�${'x'.repeat(251)}`)
      assert.equal(node['protocol_version'], '\'; DROP TABLE node_info; --')
      assert.equal(report.cuts, 1)
    })

    test('keeps a crawl with its counts and gives it back as it came', async () => {
      await using fixture = await open()
      const crawl = crawlOf({ vantage: 'eu-west' })
      await fixture.store.write(written([], [crawlOf({ state: 'started' }), crawl]))

      assert.deepEqual(await fixture.store.crawls(crawl.scan, 10), [crawl])
      assert.deepEqual((await fixture.query('SELECT value, count FROM crawl_aggregate WHERE dimension = \'outcome\' ORDER BY count DESC')).map(({ value, count }) => [value, count]), [['ok', 5], ['timeout', 3], ['identified', 1]])
      assert.deepEqual((await fixture.query('SELECT value, is_other, count FROM crawl_aggregate WHERE dimension = \'agent_version\' ORDER BY is_other, count DESC')).map(Object.values), [['kubo/0.30.0', 0, 2], ['go-ipfs', 0, 1], ['', 1, 3]])
    })

    test('calls a crawl aborted that never ended once a later one of its scan exists, until its end is heard of', async () => {
      await using fixture = await open()
      const states = async (): Promise<string[]> => (await fixture.store.crawls('default/probe/main', 10)).map(({ state }) => state)
      await fixture.store.write(written([], [crawlOf({ crawlId: CRAWL_ID + 600, state: 'started' })]))
      assert.deepEqual(await states(), ['started'])
      await fixture.store.write(written([], [crawlOf({ state: 'started' }), crawlOf({ scan: 'default/probe/other', crawlId: CRAWL_ID + 900, state: 'started' })]))
      assert.deepEqual(await states(), ['started', 'aborted'])
      await fixture.store.write(written([], [crawlOf({ state: 'finished' })]))
      assert.deepEqual(await states(), ['started', 'finished'])
      await fixture.store.write(written([], [crawlOf({ state: 'aborted' })]))
      assert.deepEqual(await states(), ['started', 'finished'])
    })

    test('counts what it holds', async () => {
      await using fixture = await open()
      await fixture.store.write(written([visitOf(), visitOf({ nodeId: PEERS[1], network: 'filecoin' }), failedVisitOf({ nodeId: PEERS[2] })], [crawlOf()]))

      assert.deepEqual(await fixture.store.summary(), {
        nodes: 2,
        addresses: 4,
        visits: 3,
        crawls: 1,
        networks: [{ network: 'filecoin', nodes: 1 }, { network: 'ipfs', nodes: 1 }],
        schemaVersion: SCHEMA_VERSION
      })
    })

    test('migrates twice and from two connections without harm', async () => {
      await using fixture = await open()
      await using other = await fixture.another()
      await Promise.all([fixture.store.migrate(), other.migrate()])
      await other.write(written([visitOf()]))
      assert.equal((await fixture.store.summary()).nodes, 1)
    })
  })

  nodeStorePurgeConformance(adapter, open)
  nodeStoreDiscoveryConformance(adapter, open)
  nodeStoreRecordsConformance(adapter, open)
  nodeStoreChangesConformance(adapter, open)
}
