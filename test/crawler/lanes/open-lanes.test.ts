import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { isContacted, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { openLanes, visitByLanes } from '../../../crawler/lanes/open-lanes.ts'
import { classify } from '../../../crawler/peer/classify.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import { deadAddress, startSocketPeer } from '../../support/network/peers.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { Lanes } from '../../../crawler/lanes/open-lanes.ts'
import type { VisitorDeps, VisitorOptions } from '../../../crawler/visit/visitor-options.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'

const NA = Buffer.from('\u0013/multistream/1.0.0\n\u0003na\n', 'latin1')
const TCP = multiaddr('/ip4/127.0.0.1/tcp/4001').bytes
const QUIC = multiaddr('/ip4/127.0.0.1/udp/4001/quic-v1').bytes
const NAME = multiaddr('/dnsaddr/example.org').bytes
const NO_QUIC = ['/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/tcp/4001/ws', '/dns4/example.org/tcp/4001', '/ip4/127.0.0.1/udp/4001/quic', '/ip4/127.0.0.1/udp/4001/quic-v1/webtransport', '/ip4/127.0.0.1/udp/4001/quic-v1/p2p-circuit'].map(text => multiaddr(text).bytes).concat(Uint8Array.of(255, 255))
const signal = new AbortController().signal
const target = (...addresses: Uint8Array[]): VisitTarget => ({ id: nobodyId(1), addresses, plan: { strategy: 'Topology' } })

const result = (lane: 'fast' | 'quic', outcome: Outcome, more: Partial<VisitResult> = {}): VisitResult => ({
  lane,
  startedAtMs: lane === 'fast' ? 1_000 : 1_100,
  durationMs: 100,
  outcome,
  attempts: [{ address: TCP, outcome, durationMs: 50 }],
  ...more
})

type Visit = Visitor['visit']

const ending = (with_: VisitResult): Visit => async () => await Promise.resolve(with_)

/** Both clients, of which QUIC counts its visits. */
function lanesOf (first: VisitResult, quic: Visit = ending(result('quic', 'ok'))): { lanes: Lanes, clock: FakeClock, quicVisits: () => number } {
  const clock = new FakeClock()
  let visits = 0

  return {
    clock,
    quicVisits: () => visits,
    lanes: { clock, visitTimeoutMs: 1_000, client: { visit: ending(first) }, quic: { visit: async (...args) => {
      visits++
      return await quic(...args)
    } } }
  }
}

suite('a visit by the client for TCP, WebSocket and relays, then by QUIC', () => {
  for (const outcome of OUTCOME_NAMES) {
    const goesOn = !isContacted(outcome) && outcome !== 'aborted'

    test(`${goesOn ? 'continues with' : 'makes no visit by'} QUIC after ${outcome}`, async () => {
      for (const addresses of [[TCP, QUIC], [QUIC], [NAME], [NAME, TCP]]) {
        const { lanes, quicVisits } = lanesOf(result('fast', outcome))
        const { outcome: merged } = await visitByLanes(target(...addresses), lanes, signal)

        assert.deepEqual([quicVisits(), merged], goesOn ? [1, 'ok'] : [0, outcome])
      }
    })

    test(`makes no visit by QUIC after ${outcome} if the peer has no QUIC address`, async () => {
      const { lanes, quicVisits } = lanesOf(result('fast', outcome))
      await visitByLanes(target(...NO_QUIC), lanes, signal)
      await visitByLanes(target(), lanes, signal)

      assert.equal(quicVisits(), 0)
    })
  }

  test('begins with QUIC when earlier visits tried other transports only', async () => {
    const order = async (tried: Uint8Array[], ...addresses: Uint8Array[]): Promise<string[]> => {
      const asked: string[] = []
      const visitor = (lane: 'fast' | 'quic'): Pick<Visitor, 'visit'> => ({ visit: async () => {
        asked.push(lane)

        return await Promise.resolve(result(lane, 'timeout'))
      } })
      await visitByLanes({ ...target(...addresses), tried }, { clock: new FakeClock(), visitTimeoutMs: 1_000, client: visitor('fast'), quic: visitor('quic') }, signal)

      return asked
    }

    assert.deepEqual(await order([TCP], TCP, QUIC), ['quic', 'fast'])
    assert.deepEqual(await order([TCP, QUIC], TCP, QUIC), ['fast', 'quic'])
    assert.deepEqual(await order([], TCP, QUIC), ['fast', 'quic'])
    assert.deepEqual(await order([TCP], TCP), ['fast'])
  })

  test('has the result of the visit that got further, with the attempts and the time of both', async () => {
    const found = { identity: { protocols: [], listenAddresses: [] }, latencyMs: 7 }
    const { lanes } = lanesOf(result('fast', 'refused'), ending(result('quic', 'identified', found)))

    assert.deepEqual(await visitByLanes(target(QUIC), lanes, signal), {
      ...found,
      lane: 'quic',
      startedAtMs: 1_000,
      durationMs: 200,
      outcome: 'identified',
      attempts: [{ address: TCP, outcome: 'refused', durationMs: 50 }, { address: TCP, outcome: 'identified', durationMs: 50 }]
    })
  })

  test('has the result of the first visit if the second got no further', async () => {
    const { lanes } = lanesOf(result('fast', 'security-unsupported', { detail: 'na' }), ending(result('quic', 'timeout', { attempts: [] })))

    assert.partialDeepStrictEqual(await visitByLanes(target(QUIC), lanes, signal), { lane: 'fast', outcome: 'security-unsupported', detail: 'na', durationMs: 200 })
  })

  test('gives QUIC the rest of the visit\'s time, and cancels that timer', { timeout: 10_000 }, async () => {
    const { lanes, clock } = lanesOf(result('fast', 'unsupported-transport', { durationMs: 900, attempts: [] }), async (_, visitSignal) => {
      const { promise, resolve } = Promise.withResolvers<VisitResult>()
      visitSignal.addEventListener('abort', () => {
        resolve(result('quic', classify(visitSignal.reason).outcome, { attempts: [] }))
      })

      return await promise
    })
    const visit = visitByLanes(target(QUIC), lanes, signal)
    let isOver = false
    void visit.then(() => {
      isOver = true
    })

    await clock.advance(99)
    assert.equal(isOver, false)
    await clock.advance(1)
    assert.equal((await visit).outcome, 'timeout')
    assert.equal(clock.pending, 0)
  })

  test('does not use QUIC when no time is left or the crawl has stopped', async () => {
    const late = lanesOf(result('fast', 'unsupported-transport', { durationMs: 1_000 }))
    const stopped = lanesOf(result('fast', 'unsupported-transport'))

    assert.equal((await visitByLanes(target(QUIC), late.lanes, signal)).outcome, 'unsupported-transport')
    assert.equal((await visitByLanes(target(QUIC), stopped.lanes, AbortSignal.abort())).outcome, 'unsupported-transport')
    assert.deepEqual([late.quicVisits(), stopped.quicVisits()], [0, 0])
  })
})

suite('openLanes', () => {
  const deps = { clock: systemClock, dns: new ScriptedDns() }
  const options: VisitorOptions = {
    kadProtocols: [],
    agentVersion: 'peerprobe/test',
    addresses: { policy: 'Any', deny: [], maxDialsPerIP: 4, maxDialsPerSubnet: 32 },
    dialTimeoutMs: 1_500,
    visitTimeoutMs: 4_500
  }

  test('visits by the client for TCP, WebSocket and relays', async () => {
    await using peer = await startSocketPeer(nobodyId(1), socket => socket.write(NA))
    await using visitor = await openLanes(options, deps)
    const { outcome, lane, attempts } = await visitor.visit(peer.target, signal)

    assert.deepEqual([outcome, lane, attempts.length], ['security-unsupported', 'fast', 1])
  })

  test('continues with the QUIC client', async () => {
    await using visitor = await openLanes({ ...options, dialTimeoutMs: 300 }, deps)
    const { attempts } = await visitor.visit(target(await deadAddress(), QUIC), signal)

    assert.deepEqual(attempts.map(({ address }) => Buffer.from(address).equals(QUIC)), [false, true])
  })

  test('gives both clients the same limits, budget and learnt protocols', async () => {
    const given: VisitorDeps[] = []
    const open = (_: VisitorOptions, laneDeps: VisitorDeps): Visitor => {
      given.push(laneDeps)
      return noting([], 'a client')
    }
    await (await openLanes(options, deps, { openClient: open, openQuic: open }))[Symbol.asyncDispose]()

    const [client, quic] = given
    assert.ok(client?.limits !== undefined && client.limits === quic?.limits)
    assert.ok(client.budget !== undefined && client.budget === quic.budget)
    assert.ok(client.protocols !== undefined && client.protocols === quic.protocols)
  })

  test('closes the clients in reverse order', async () => {
    const journal: string[] = []
    const visitor = await openLanes(options, deps, { openClient: () => noting(journal, 'client'), openQuic: () => noting(journal, 'quic') })
    await visitor[Symbol.asyncDispose]()

    assert.deepEqual(journal, ['open client', 'open quic', 'close quic', 'close client'])
  })

  test('leaves no client open if another fails to open', async () => {
    const journal: string[] = []
    const broken = { openClient: () => noting(journal, 'client'), openQuic: async () => await Promise.reject(new TypeError('does not open')) }

    await assert.rejects(openLanes(options, deps, broken), TypeError)
    assert.deepEqual(journal, ['open client', 'close client'])
  })
})

/** A client that records when it is opened and closed. */
function noting (journal: string[], name: string): Visitor {
  journal.push(`open ${name}`)

  return {
    visit: ending(result('fast', 'ok')),
    async [Symbol.asyncDispose] () {
      await Promise.resolve(journal.push(`close ${name}`))
    }
  }
}
