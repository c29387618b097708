import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { seededFrontier } from '../../../crawler/engine/seeded-frontier.ts'
import { addressOf, isDialable, peerIdOf } from '../../support/network/simulated-network.ts'
import type { Frontier } from '../../../crawler/engine/frontier/frontier.ts'
import type { KnownPeer } from '../../../crawler/engine/frontier/known-peer.ts'

const HOUR_MS = 3_600_000
const NOW_MS = 1_767_225_600_000

const known = (name: string, failures: number, agoMs?: number): KnownPeer =>
  ({ id: peerIdOf(name), addresses: [addressOf(1)], outcome: failures === 0 ? 'ok' : 'timeout', failures, ...agoMs !== undefined && { contactedAtMs: NOW_MS - agoMs } })

const PEERS = [known('up', 0, 0), known('gone', 2, 1), known('resting', 9, 2 * HOUR_MS), known('forgotten', 9, 25 * HOUR_MS), known('never', 3)]

const seeded = (peers: KnownPeer[], keepsGone = true): { frontier: Frontier, resting: readonly KnownPeer[] } =>
  seededFrontier({ isDialable }, { maxPeers: 100, keepsGone, nowMs: NOW_MS }, { bootstrap: [{ id: peerIdOf('boot'), addresses: [] }], connected: [], known: peers })

const namesIn = (frontier: Frontier): string[] => ['boot', ...PEERS.map((_, i) => ['up', 'gone', 'resting', 'forgotten', 'never'][i]!)]
  .filter(name => [...frontier.peers()].some(({ id }) => Buffer.compare(id, peerIdOf(name)) === 0))

suite('seededFrontier', () => {
  test('starts from what is due, and keeps gone peers aside that are not', () => {
    const { frontier, resting } = seeded(PEERS)

    assert.deepEqual(namesIn(frontier), ['boot', 'up', 'gone', 'never'])
    assert.deepEqual(resting, [PEERS[2]])
  })

  test('starts from peers with at most three failures where gone peers are not kept', () => {
    const { frontier, resting } = seeded(PEERS, false)

    assert.deepEqual([namesIn(frontier), resting], [['boot', 'up', 'gone', 'never'], []])
  })

  test('knows a resting peer again that another peer announces, or that came to the passive node', () => {
    const { frontier } = seeded([...PEERS, { ...known('resting', 0), outcome: 'identified' }])
    const boot = frontier.take()!
    frontier.learn(boot, { peers: [{ id: peerIdOf('new'), addresses: [addressOf(1)] }], queries: 1 })
    const [resting, fresh] = ['resting', 'new'].map(name => [...frontier.peers()].find(({ id }) => Buffer.compare(id, peerIdOf(name)) === 0))

    assert.deepEqual([resting?.known?.failures, resting?.announced], [9, false])
    assert.deepEqual([fresh?.known, fresh?.announced], [undefined, true])
  })

  test('takes a resting peer once that is listed twice', () => {
    assert.equal(seeded([PEERS[2]!, { ...PEERS[2]! }]).frontier.found, 1)
  })
})
