// What confirmations are for: peers that never leave, and dials of which some fail.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isContacted } from '../../../../core/contracts/outcome.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { randomOf } from '../../../support/network/simulated-network-random.ts'
import { addressOf, peerIdOf } from '../../../support/network/simulated-network.ts'
import { start } from '../started-crawl.ts'
import type { KnownPeer } from '../../../../crawler/engine/frontier/known-peer.ts'
import type { Visit } from '../started-crawl.ts'

const PEERS = 1_000
const CRAWLS = 30
const INTERVAL_MS = 600_000

interface Ends { sessions: number, endedWrongly: number, confirmations: number, visits: number }

/** Crawls a network whose peers are all up all the time. Each session that a crawl ends is wrong. */
async function observe (failing: number, confirmAfterMs: readonly number[]): Promise<Ends> {
  const clock = new FakeClock()
  const random = randomOf(17)
  const bootstrap = Array.from({ length: PEERS }, (_, i) => ({ id: peerIdOf(String(i)), addresses: [addressOf(i)] }))
  const ends = { sessions: 0, endedWrongly: 0, confirmations: 0, visits: 0 }
  let known: KnownPeer[] = []
  const visit: Visit = async ({ addresses: [address = addressOf(0)] }) => {
    await Promise.resolve()
    const result = { lane: 'fast' as const, startedAtMs: clock.now(), durationMs: 1 }

    return random() < failing
      ? { ...result, outcome: 'timeout', attempts: [{ address, outcome: 'timeout', durationMs: 1 }] }
      : { ...result, outcome: 'ok', attempts: [], connection: { address, transport: 'tcp', limited: false } }
  }

  for (let crawl = 0; crawl < CRAWLS; crawl++) {
    const options = { confirmAfterMs, maxPeers: 10 * PEERS, concurrency: PEERS }
    const { report, visits } = start({ clock, bootstrap: crawl === 0 ? bootstrap : [], seeds: { known }, options, visit })
    const { population, confirmations } = await clock.runUntil(report)
    const up = new Set(known.filter(({ failures }) => failures === 0).map(({ id }) => Buffer.from(id).toString('hex')))
    const ended = population.filter(({ id, failures }) => failures === 1 && up.has(Buffer.from(id).toString('hex')))
    ends.sessions += up.size
    ends.endedWrongly += ended.length
    ends.confirmations += confirmations
    ends.visits += visits.length
    assert.ok(population.every(({ outcome, failures }) => (failures === 0) === isContacted(outcome)))
    known = population
    await clock.advance(INTERVAL_MS)
  }

  return ends
}

suite('with one failing dial in a hundred', () => {
  test('confirmations end at most one session in a thousand wrongly; without them it is one in a hundred per crawl', async () => {
    const [confirmed, unconfirmed] = [await observe(0.01, [20_000, 60_000]), await observe(0.01, [])]
    const shareOf = ({ sessions, endedWrongly }: Ends): number => endedWrongly / sessions

    assert.ok(shareOf(unconfirmed) > 0.007, JSON.stringify(unconfirmed))
    assert.ok(shareOf(confirmed) <= 0.000_1, JSON.stringify(confirmed))
    assert.ok(confirmed.endedWrongly / PEERS <= 0.001, JSON.stringify(confirmed))
    assert.ok(confirmed.confirmations / confirmed.visits < 0.02, JSON.stringify(confirmed))
  })
})
