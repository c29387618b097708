import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from '../../core/process/metrics.ts'
import { parseAddress } from '../../crawler/address/address.ts'
import { CrawlerMetrics } from '../../crawler/metrics.ts'

test('visits, dials and agents are counted under labels of closed sets, whatever a peer says', async () => {
  const registry = new Registry()
  const metrics = new CrawlerMetrics(registry, { crawl: () => undefined, publisher: () => ({ buffered: 4, bufferedBytes: 400, published: 0, retries: 0, refused: 2, outage: { code: 'PP_BUS_REPLICAS', message: 'no', sinceMs: 0 } }), passive: () => ({ peerId: 'p', addresses: [], connections: 3, routingTable: 2, refusedSightings: 5 }), agentFamily: agent => agent.startsWith('kubo/') ? 'kubo' : 'other' })
  const address = parseAddress('/ip4/8.8.8.8/tcp/4001')!.address
  const visit = { crawlId: 1, attempt: 1 as const, discoveryType: 'active' as const, source: 'bootstrap' as const, id: new Uint8Array(), addresses: [address] }
  const result = { startedAtMs: 0, durationMs: 20, attempts: [{ address, outcome: 'ok' as const, durationMs: 5 }], outcome: 'ok' as const, latencyMs: 3, lane: 'passive' as const, connection: { address, transport: 'ws' as const, limited: false } }
  metrics.onVisit({ ...visit, result: { ...result, identity: { agentVersion: 'kubo/0.36', protocols: [], listenAddresses: [] } } })
  metrics.onVisit({ ...visit, result: { ...result, identity: { agentVersion: '"} evil 1\n', protocols: [], listenAddresses: [] } } })
  const text = await registry.metrics()

  assert.match(text, /peerprobe_crawler_visits_total\{outcome="ok",lane="passive",transport="ws"\} 2/)
  assert.match(text, /peerprobe_crawler_dials_total\{outcome="ok",transport="tcp"\} 2/)
  assert.match(text, /peerprobe_crawler_identified_total\{agent_family="kubo"\} 1/)
  assert.match(text, /peerprobe_crawler_identified_total\{agent_family="other"\} 1/)
  assert.match(text, /peerprobe_crawler_publisher_buffered_messages 4/)
  assert.match(text, /peerprobe_crawler_passive_refused_sightings 5/)
  assert.match(text, /peerprobe_crawler_passive_connections 3/)
  assert.doesNotMatch(text, /evil/)
})
