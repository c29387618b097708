import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { FIRST_VISITS, PACE_MS } from '../../../crawler/engine/concurrency-limit.ts'
import { CrawlRun } from '../../../crawler/engine/crawl.ts'
import { NO_STANDSTILL } from '../../support/client/no-standstill.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { SimulatedVisitor } from '../../support/network/simulated-network-visitor.ts'
import { addressOf, isDialable, peerIdOf, SimulatedNetwork } from '../../support/network/simulated-network.ts'
import { hanging, log, patient, peers, refused, start } from './started-crawl.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'
import type { Visit } from './started-crawl.ts'

suite('CrawlRun', () => {
  test('ends at once without a peer to start from', async () => {
    const { clock, report, stop } = start({ visit: hanging, count: 0 })

    assert.equal((await clock.runUntil(report, 0)).totals.discovered, 0)
    assert.equal(clock.pending, 0)
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
  })

  test('passes each visit to the sink with the crawl\'s data about the peer', async () => {
    const { clock, visits, report } = start({ visit: async () => refused })
    await clock.runUntil(report)
    const [visit] = visits

    assert.deepEqual(visit, { crawlId: 1, attempt: 1, discoveryType: 'active', source: 'bootstrap', id: peerIdOf('0'), addresses: [addressOf(0)], result: refused })
  })

  test('queries each peer for the current bucket', async () => {
    const plans: VisitTarget['plan'][] = []
    const { clock, report } = start({
      visit: async ({ plan }) => {
        plans.push(plan)
        return refused
      },
      options: { crawlNumber: 3 }
    })
    await clock.runUntil(report)

    assert.deepEqual(plans, [{ strategy: 'Census', bucket: (peerIdOf('0').at(-1)! + 3) % 16 }])
  })

  test('keeps `concurrency` visits in flight and no more', async () => {
    const { run, clock, stop, report } = start({ visit: patient, count: 25 })
    await clock.advance(500)
    const { inFlight, queued } = run.status()
    stop.abort()
    await clock.runUntil(report)

    assert.deepEqual([inFlight, queued], [10, 15])
  })

  test('starts with the initial limit of visits, and starts more when the limit grows', async () => {
    const { run, clock, stop, report } = start({ visit: patient, count: 300, options: { concurrency: 200 } })
    const { inFlight: first, slots } = run.status()
    await clock.advance(5 * PACE_MS)
    const { inFlight: then } = run.status()
    stop.abort()
    await clock.runUntil(report)

    assert.deepEqual([first, slots], [FIRST_VISITS, FIRST_VISITS])
    assert.equal(then, 200)
  })

  test('counts a peer that is visited twice once, by its last visit', async () => {
    let wasMentioned = false
    const visit: Visit = async ({ id }) => {
      if (Buffer.compare(id, peerIdOf('0')) === 0 || wasMentioned) {
        return refused
      }

      wasMentioned = true
      return {
        ...refused,
        outcome: 'ok',
        connection: { address: addressOf(1), transport: 'tcp', limited: false },
        routingTable: { queries: 1, failed: 0, peers: [{ id: peerIdOf('0'), addresses: [addressOf(500)] }] }
      }
    }
    const { clock, visits, report } = start({ visit, count: 2, options: { concurrency: 1 } })
    const { totals } = await clock.runUntil(report)

    assert.deepEqual(visits.map(({ attempt, addresses }) => [attempt, addresses.length]), [[1, 1], [1, 1], [2, 2]])
    assert.deepEqual([totals.visited, totals.outcomes], [2, { refused: 1, ok: 1 }])
  })

  test('notifies an observer of each visit and of each second', async () => {
    let ticks = 0
    const onTick = (): void => {
      ticks++
    }
    const observed: CompletedVisit[] = []
    const { clock, stop, report } = start({ visit: patient, deps: { onVisit: visit => void observed.push(visit), onTick } })
    await clock.advance(3_500)
    stop.abort()
    await clock.runUntil(report)

    assert.deepEqual([ticks, observed.length], [3, 1])
  })
})

suite('a crawl that is aborted', () => {
  for (const atMs of [0, 1, 137, 900, 1_000, 5_200]) {
    test(`${String(atMs)} ms after its start reports its results, and leaves no timer and no visit`, async () => {
      const clock = new FakeClock()
      const network = new SimulatedNetwork({ peers: 500, seed: 3, shares: { dead: 0.3 } })
      const visitor = new SimulatedVisitor(network, clock)
      const visit: Visit = (...args) => visitor.visit(...args)
      const { run, visits, stop, report } = start({ visit, clock, bootstrap: network.bootstrap(), options: { concurrency: 50, strategy: 'Topology' } })
      await clock.advance(atMs)
      stop.abort()
      const { end, totals } = await clock.runUntil(report, 0)

      assert.equal(end, 'aborted')
      assert.ok(totals.visited > 0)
      assert.equal(visits.length, totals.visited)
      assert.equal(run.status().inFlight, 0)
      assert.equal(clock.pending, 0)
    })
  }

  test('before it starts makes no visit', async () => {
    const clock = new FakeClock()
    const sink = { ready: () => undefined, accept: () => undefined }
    const run = new CrawlRun({ visitor: { visit: hanging }, sink, busyShare: () => 0, standstill: NO_STANDSTILL, clock, isDialable, log }, {
      crawlId: 1,
      crawlNumber: 0,
      strategy: 'Census',
      concurrency: 1,
      maxPeers: 1,
      maxDurationMs: 1,
      visitTimeoutMs: 1
    }, { bootstrap: peers(1), connected: [], known: [] })
    const { end, totals } = await run.run(AbortSignal.abort())

    assert.deepEqual([end, totals.visited, clock.pending], ['aborted', 0, 0])
  })

  test('abandons visits of a visitor that ignores its signal', async () => {
    const { clock, visits, stop, report } = start({ visit: hanging })
    await clock.advance(100)
    stop.abort()
    const { totals } = await clock.runUntil(report)

    assert.equal(clock.monotonic(), 5_000)
    assert.deepEqual([totals.outcomes, visits.length], [{ aborted: 1 }, 1])
  })
})
