import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlLedger } from '../../../crawler/engine/crawl-ledger.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { addressOf, isDialable, peerIdOf } from '../../support/network/simulated-network.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'

const peer = (n: number): PeerRecord => ({ id: peerIdOf(String(n)), addresses: [addressOf(n)] })
const result = (change: Partial<VisitResult>): VisitResult => ({ lane: 'fast', startedAtMs: 0, durationMs: 1, outcome: 'refused', attempts: [], ...change })
const ok = result({
  outcome: 'ok',
  connection: { address: addressOf(1), transport: 'tcp', limited: false },
  identity: { agentVersion: 'kubo', protocols: [], listenAddresses: [] },
  latencyMs: 25,
  routingTable: { queries: 1, failed: 0, peers: [peer(4)] }
})

function open (): { ledger: CrawlLedger, clock: FakeClock } {
  const clock = new FakeClock()
  const ledger = new CrawlLedger({ clock, isDialable }, {
    crawlId: 9,
    crawlNumber: 0,
    strategy: 'Census',
    concurrency: 1,
    maxPeers: 100,
    maxDurationMs: 1,
    visitTimeoutMs: 1
  }, { bootstrap: [peer(1)], connected: [peer(1), peer(2)], known: [{ ...peer(2), outcome: 'ok', failures: 0 }, { ...peer(3), outcome: 'ok', failures: 0 }] })

  return { ledger, clock }
}

suite('CrawlLedger', () => {
  test('starts from bootstrap, connected and known peers, each counted for its first list', () => {
    assert.deepEqual([...open().ledger.frontier.peers()].map(({ source }) => source), ['bootstrap', 'connected', 'known'])
  })

  test('records a visit: counts it, adds the peers of its table, and profiles a contacted peer', async () => {
    const { ledger, clock } = open()
    const [first, second] = [ledger.frontier.take()!, ledger.frontier.take()!]
    const entered = ledger.enter({ peer: first }, ok)
    ledger.enter({ peer: second }, result({}))
    await clock.advance(2_000)
    ledger.tick()

    assert.deepEqual(entered, {
      isPublished: true,
      visit: { crawlId: 9, attempt: 1, discoveryType: 'active', source: 'bootstrap', id: peerIdOf('1'), addresses: [addressOf(1)], result: ok }
    })
    assert.deepEqual(ledger.status(), {
      crawlId: 9,
      strategy: 'Census',
      elapsedMs: 2_000,
      queued: 2,
      inFlight: 0,
      done: 2,
      unconfirmed: 0,
      confirmations: 0,
      confirmationsLeftOut: 0,
      found: 4,
      refused: 0,
      byOutcome: { ok: 1, refused: 1 },
      visitsPerSecond: 1
    })
  })

  test('reports totals, distributions, and the seeds of the next crawl', async () => {
    const { ledger, clock } = open()
    ledger.enter({ peer: ledger.frontier.take()! }, ok)
    ledger.enter({ peer: ledger.frontier.take()! }, result({}))
    await clock.advance(500)
    const { totals, distributions, latencyMs, population, startedAtMs, finishedAtMs } = ledger.report()

    assert.deepEqual([totals.discovered, totals.visited, totals.contacted, totals.dhtServers], [4, 2, 1, 1])
    assert.deepEqual(distributions.agentVersions.top, [{ value: 'kubo', count: 1 }])
    assert.deepEqual(latencyMs, { p50: 25, p90: 25, p99: 25 })
    assert.deepEqual(population.map(({ failures }) => failures), [0, 0, 1])
    assert.equal(finishedAtMs - startedAtMs, 500)
  })

  test('reports no latency if none was measured', () => {
    assert.equal('latencyMs' in open().ledger.report(), false)
  })
})
