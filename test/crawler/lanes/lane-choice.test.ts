import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { isContacted, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { FAST_LANE } from '../../../crawler/lanes/lane-abilities.ts'
import { LaneChoice } from '../../../crawler/lanes/lane-choice.ts'
import { classify } from '../../../crawler/peer/classify.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { LaneAbilities } from '../../../crawler/lanes/lane-abilities.ts'
import type { OpenLane } from '../../../crawler/lanes/lane-choice.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'

const QUIC_LANE: LaneAbilities = { transports: ['quic-v1'], securities: [], muxers: [] }
const PLAINTEXT_LANE: LaneAbilities = { transports: ['tcp'], securities: ['/noise', '/plaintext/2.0.0'], muxers: ['/yamux/1.0.0'] }
const MPLEX_LANE: LaneAbilities = { transports: ['tcp'], securities: ['/noise'], muxers: ['/mplex/6.7.0'] }

const TCP = multiaddr('/ip4/127.0.0.1/tcp/4001').bytes
const QUIC = multiaddr('/ip4/127.0.0.1/udp/4001/quic-v1').bytes
const NAME = multiaddr('/dnsaddr/example.org').bytes
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

/** A lane that ends each visit as it is told, and remembers that it was asked. */
class ScriptedVisitor implements Visitor {
  visits = 0
  readonly #onVisit: (signal: AbortSignal) => VisitResult | Promise<VisitResult>
  readonly #onDispose: () => void

  constructor (onVisit: (signal: AbortSignal) => VisitResult | Promise<VisitResult>, onDispose = (): void => undefined) {
    this.#onVisit = onVisit
    this.#onDispose = onDispose
  }

  async visit (_target: VisitTarget, visitSignal: AbortSignal): Promise<VisitResult> {
    this.visits++

    return await this.#onVisit(visitSignal)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.resolve()
    this.#onDispose()
  }
}

interface Lanes { choice: LaneChoice, clock: FakeClock }

function choose (first: Visitor, ...later: [LaneAbilities, Visitor][]): Lanes {
  const clock = new FakeClock()
  const lanes: [OpenLane, ...OpenLane[]] = [{ visitor: first, abilities: FAST_LANE }, ...later.map(([abilities, visitor]) => ({ abilities, visitor }))]

  return { clock, choice: new LaneChoice({ clock, lanes }, { visitTimeoutMs: 1_000 }) }
}

/** Whether a second lane was asked after the first ended as given. */
async function goesOn (abilities: LaneAbilities, { outcome, addresses }: { outcome: Outcome, addresses: Uint8Array[] }): Promise<boolean> {
  const second = new ScriptedVisitor(() => result('quic', 'ok'))
  await choose(new ScriptedVisitor(() => result('fast', outcome)), [abilities, second]).choice.visit(target(...addresses), signal)

  return second.visits > 0
}

suite('LaneChoice', () => {
  test('asks a lane with another security after a refusal of ours, and no other lane', async () => {
    assert.equal(await goesOn(PLAINTEXT_LANE, { outcome: 'security-unsupported', addresses: [TCP] }), true)
    assert.equal(await goesOn(PLAINTEXT_LANE, { outcome: 'no-muxer', addresses: [TCP] }), false)
    assert.equal(await goesOn(PLAINTEXT_LANE, { outcome: 'security-unsupported', addresses: [QUIC] }), false)
    assert.equal(await goesOn(FAST_LANE, { outcome: 'security-unsupported', addresses: [TCP] }), false)
    assert.equal(await goesOn(MPLEX_LANE, { outcome: 'security-unsupported', addresses: [TCP] }), false)
  })

  test('asks a lane with another muxer after a refusal of ours', async () => {
    assert.equal(await goesOn(MPLEX_LANE, { outcome: 'no-muxer', addresses: [TCP] }), true)
  })

  test('asks a lane with another transport where the peer has such an address, or a name that may lead to one', async () => {
    for (const outcome of ['unsupported-transport', 'limit-exceeded', 'security-unsupported', 'no-muxer', 'refused', 'timeout', 'unreachable', 'reset', 'peer-id-mismatch'] as const) {
      assert.equal(await goesOn(QUIC_LANE, { outcome, addresses: [TCP, QUIC] }), true)
      assert.equal(await goesOn(QUIC_LANE, { outcome, addresses: [NAME] }), true)
      assert.equal(await goesOn(QUIC_LANE, { outcome, addresses: [TCP] }), false)
      assert.equal(await goesOn(QUIC_LANE, { outcome, addresses: [Uint8Array.of(255, 255)] }), false)
      assert.equal(await goesOn({ ...FAST_LANE, transports: ['tcp', 'quic-v1'] }, { outcome, addresses: [TCP] }), false)
    }
  })

  test('asks no second lane for a peer that was reached, nor where we gave up', async () => {
    for (const outcome of OUTCOME_NAMES.filter(word => isContacted(word) || word === 'aborted')) {
      assert.equal(await goesOn({ ...QUIC_LANE, ...PLAINTEXT_LANE, transports: ['tcp', 'quic-v1'] }, { outcome, addresses: [TCP, QUIC] }), false, outcome)
    }
  })

  test('asks no second lane at a transport that was tried, after an outcome that no other lane would better', async () => {
    for (const outcome of ['refused', 'timeout', 'unreachable', 'reset', 'peer-id-mismatch', 'dns-failed'] as const) {
      assert.equal(await goesOn({ ...PLAINTEXT_LANE, transports: ['tcp', 'quic-v1'] }, { outcome, addresses: [TCP] }), false, outcome)
    }
  })

  test('passes over a lane that cannot help to one that can', async () => {
    const [mplex, tls] = [new ScriptedVisitor(() => result('quic', 'ok')), new ScriptedVisitor(() => result('quic', 'ok'))]
    const { choice } = choose(new ScriptedVisitor(() => result('fast', 'security-unsupported')), [MPLEX_LANE, mplex], [PLAINTEXT_LANE, tls])

    assert.equal((await choice.visit(target(TCP), signal)).outcome, 'ok')
    assert.deepEqual([mplex.visits, tls.visits], [0, 1])
  })

  test('tells what the visit that got further found, with the attempts and the time of both', async () => {
    const found = { identity: { protocols: [], listenAddresses: [] }, latencyMs: 7 }
    const { choice } = choose(new ScriptedVisitor(() => result('fast', 'security-unsupported')), [PLAINTEXT_LANE, new ScriptedVisitor(() => result('quic', 'identified', found))])

    assert.deepEqual(await choice.visit(target(TCP), signal), {
      ...found,
      lane: 'quic',
      startedAtMs: 1_000,
      durationMs: 200,
      outcome: 'identified',
      attempts: [{ address: TCP, outcome: 'security-unsupported', durationMs: 50 }, { address: TCP, outcome: 'identified', durationMs: 50 }]
    })
  })

  test('tells what the first visit found when the second got no further', async () => {
    const { choice } = choose(
      new ScriptedVisitor(() => result('fast', 'security-unsupported', { detail: 'na' })),
      [PLAINTEXT_LANE, new ScriptedVisitor(() => result('quic', 'timeout', { attempts: [] }))]
    )

    assert.partialDeepStrictEqual(await choice.visit(target(TCP), signal), { lane: 'fast', outcome: 'security-unsupported', detail: 'na', durationMs: 200 })
  })

  test('leaves a second visit what is left of the time of one, and cancels that timer', { timeout: 10_000 }, async () => {
    const second = new ScriptedVisitor(async (visitSignal) => {
      const { promise, resolve } = Promise.withResolvers<VisitResult>()
      visitSignal.addEventListener('abort', () => {
        resolve(result('quic', classify(visitSignal.reason).outcome, { attempts: [] }))
      })

      return await promise
    })
    const { choice, clock } = choose(new ScriptedVisitor(() => result('fast', 'unsupported-transport', { durationMs: 900, attempts: [] })), [QUIC_LANE, second])
    const visit = choice.visit(target(QUIC), signal)
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

  test('makes no second visit when no time is left, or the crawl has stopped', async () => {
    const second = new ScriptedVisitor(() => result('quic', 'ok'))
    const late = choose(new ScriptedVisitor(() => result('fast', 'unsupported-transport', { durationMs: 1_000 })), [QUIC_LANE, second])
    const stopped = choose(new ScriptedVisitor(() => result('fast', 'unsupported-transport')), [QUIC_LANE, second])

    assert.equal((await late.choice.visit(target(QUIC), signal)).outcome, 'unsupported-transport')
    assert.equal((await stopped.choice.visit(target(QUIC), AbortSignal.abort())).outcome, 'unsupported-transport')
    assert.equal(second.visits, 0)
  })

  test('disposes of its lanes, the last first, also when one fails to', async () => {
    const disposed: string[] = []
    const lane = (name: string): ScriptedVisitor => new ScriptedVisitor(() => result('fast', 'ok'), () => {
      disposed.push(name)
      assert.notEqual(name, 'second')
    })
    const { choice } = choose(lane('first'), [QUIC_LANE, lane('second')], [PLAINTEXT_LANE, lane('third')])

    await assert.rejects(async () => {
      await choice[Symbol.asyncDispose]()
    }, assert.AssertionError)
    assert.deepEqual(disposed, ['third', 'second', 'first'])
  })
})
