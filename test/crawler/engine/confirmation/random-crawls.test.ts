// Crawls of random networks: peers that fail at random, answer late, announce new addresses of others, or list a
// protocol that is learnt later. Whatever happens, a crawl ends and its counts fit together.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isContacted } from '../../../../core/contracts/outcome.ts'
import { sleep } from '../../../../core/time/sleep.ts'
import { CONFIRMATION_SHARE, MIN_CONFIRMATIONS } from '../../../../crawler/engine/confirmation/confirmations.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { addressOf, peerIdOf } from '../../../support/network/simulated-network.ts'
import { refused, start } from '../started-crawl.ts'
import type { Outcome } from '../../../../core/contracts/outcome.ts'
import type { KnownPeer } from '../../../../crawler/engine/frontier/known-peer.ts'
import type { CompletedVisit } from '../../../../crawler/engine/population/visit-sink.ts'
import type { Visit } from '../started-crawl.ts'

interface RandomPeer { outcomes: Outcome[], failures: number, agoMs: number | undefined, delayMs: number, announces: number[] }

const PEERS = 60
const anyOutcome = fc.constantFrom<Outcome>('ok', 'identified', 'timeout', 'refused', 'reset', 'filtered', 'limit-exceeded', 'dns-failed')
const anyPeer: fc.Arbitrary<RandomPeer> = fc.record({
  outcomes: fc.array(anyOutcome, { minLength: 1, maxLength: 4 }),
  failures: fc.nat(3),
  agoMs: fc.option(fc.nat(90_000_000), { nil: undefined }),
  delayMs: fc.nat(6_000),
  announces: fc.array(fc.nat(PEERS - 1), { maxLength: 4 })
})

const hex = (id: Uint8Array): string => Buffer.from(id).toString('hex')
const ID_OF = Array.from({ length: PEERS }, (_, i) => peerIdOf(String(i)))
const INDEX_OF = new Map(ID_OF.map((id, i) => [hex(id), i]))

function visitorOf (peers: readonly RandomPeer[], clock: FakeClock): { visit: Visit, overlapped: () => boolean } {
  const active = new Set<number>()
  const visits = new Map<number, number>()
  let overlapped = false

  return { overlapped: () => overlapped, visit: async ({ id, addresses: [address = addressOf(0)] }, signal) => {
    const index = INDEX_OF.get(hex(id))!
    const { outcomes, delayMs, announces } = peers[index]!
    const nth = visits.get(index) ?? 0
    const startedAtMs = clock.now()
    visits.set(index, nth + 1)
    overlapped ||= active.has(index)
    active.add(index)
    await sleep(clock, delayMs, signal).catch(() => undefined)
    active.delete(index)
    const outcome = signal.aborted ? 'aborted' : outcomes[nth % outcomes.length]!
    const routingTable = { queries: 2, failed: 0, peers: announces.map(other => ({ id: ID_OF[other]!, addresses: [addressOf(100 + other + nth)] })) }

    return isContacted(outcome)
      ? { ...refused, startedAtMs, outcome, connection: { address, transport: 'tcp', limited: false }, routingTable }
      : { ...refused, startedAtMs, outcome }
  } }
}

const knownOf = ({ failures, agoMs }: RandomPeer, i: number, nowMs: number): KnownPeer =>
  ({ id: ID_OF[i]!, addresses: [addressOf(i)], outcome: failures === 0 ? 'ok' : 'timeout', failures, ...agoMs !== undefined && { contactedAtMs: nowMs - agoMs } })

function byPeer (visits: readonly CompletedVisit[]): CompletedVisit[][] {
  return [...Map.groupBy(visits, ({ id }) => hex(id)).values()]
}

suite('random crawls with confirmations', () => {
  test('end, visit no peer twice at once or more than four times, and count each peer by its last visit', async () => {
    const network = fc.array(anyPeer, { minLength: PEERS, maxLength: PEERS })
    await fc.assert(fc.asyncProperty(network, fc.integer({ min: 1, max: PEERS }), fc.nat(40_000), async (peers, concurrency, stopMs) => {
      const clock = new FakeClock()
      const { visit, overlapped } = visitorOf(peers, clock)
      const known = peers.map((peer, i) => knownOf(peer, i, clock.now()))
      const { report, visits, stop } = start({ clock, bootstrap: [], visit, seeds: { known }, options: { concurrency, confirmAfterMs: [20_000, 60_000] } })
      using _ = clock.after(stopMs % 3 === 0 ? stopMs : 10_000_000, () => {
        stop.abort()
      })
      const { totals, confirmations, population, gonePeers } = await clock.runUntil(report)
      const confirmed = visits.filter(({ source }) => source === 'confirmation')

      assert.equal(overlapped(), false)
      assert.equal(confirmed.length, confirmations)
      assert.ok(confirmations <= Math.max(MIN_CONFIRMATIONS, visits.length * CONFIRMATION_SHARE))
      assert.equal(totals.visited + gonePeers, byPeer(visits).length)
      assert.equal(totals.visited, Object.values(totals.outcomes).reduce((sum, n) => sum + n, 0))
      assert.ok(totals.discovered >= totals.visited && totals.visited >= totals.contacted)
      assert.equal(totals.contacted, byPeer(visits).filter(all => isContacted(all.at(-1)!.result.outcome)).length)
      assert.equal(new Set(population.map(({ id }) => hex(id))).size, population.length)

      for (const all of byPeer(visits)) {
        const attempts = all.map(({ attempt }) => attempt)
        assert.ok(attempts.length <= 4 && new Set(attempts).size === attempts.length, attempts.join())
        assert.ok(all.filter(({ source }) => source === 'confirmation').every(({ attempt }) => attempt > 2))
      }
    }), { numRuns: 60 })
  })
})
