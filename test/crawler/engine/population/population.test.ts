import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { newEntry } from '../../../../crawler/engine/frontier/frontier-peer.ts'
import { MAX_FAILURES, population as populationOf } from '../../../../crawler/engine/population/population.ts'
import { addressOf } from '../../../support/network/simulated-network.ts'
import type { Outcome } from '../../../../core/contracts/outcome.ts'
import type { FrontierEntry } from '../../../../crawler/engine/frontier/frontier-peer.ts'
import type { KnownPeer } from '../../../../crawler/engine/frontier/known-peer.ts'
import type { CrawledPeers } from '../../../../crawler/engine/population/population.ts'

function visited (n: number, outcome: Outcome | undefined, change: Partial<FrontierEntry> = {}): FrontierEntry {
  const entry = { ...newEntry(Uint8Array.from([n]), { source: 'known' }), ...change }
  entry.addresses.merge([addressOf(n)], Infinity)

  return outcome === undefined ? entry : { ...entry, outcome }
}

// Time of the end of the crawl.
const NOW_MS = 1_767_225_600_000

const population = (peers: FrontierEntry[], maxPeers: number, more: Partial<CrawledPeers> = {}): KnownPeer[] =>
  populationOf({ peers, maxPeers, resting: [], keepsGone: true, nowMs: NOW_MS, ...more })

const known = (n: number, failures: number): KnownPeer => ({ id: Uint8Array.from([n]), addresses: [], outcome: 'timeout', failures })
const ids = (peers: KnownPeer[]): (number | undefined)[] => peers.map(({ id }) => id[0])

suite('population', () => {
  test('lists contacted peers first, with the address that answered first', () => {
    const peers = population([visited(1, 'timeout'), visited(2, 'ok', { answeredAt: addressOf(9), contactedAtMs: 5 })], 100)

    assert.deepEqual(peers, [
      { id: Uint8Array.from([2]), addresses: [addressOf(9), addressOf(2)], outcome: 'ok', failures: 0, contactedAtMs: 5 },
      { id: Uint8Array.from([1]), addresses: [addressOf(1)], outcome: 'timeout', failures: 1 }
    ])
  })

  test('counts failures in a row and drops a peer after three', () => {
    const peers = [1, 2, 3].map(failures => visited(failures, 'refused', { known: known(failures, failures) }))

    assert.deepEqual(population(peers, 100).map(({ failures }) => failures), [2, MAX_FAILURES])
    assert.equal(population([visited(1, 'connected', { known: known(1, 2) })], 100)[0]?.failures, 0)
  })

  test('keeps the data of known peers that were not visited, and drops new ones', () => {
    const peers = [visited(1, undefined, { known: known(1, 0) }), visited(2, 'aborted', { known: known(2, 2) }), visited(3, undefined), visited(4, 'aborted')]

    assert.deepEqual(population(peers, 100), [known(1, 0), known(2, 2)])
  })

  test('uses half of maxPeers for contacted peers and a quarter for failed ones', () => {
    const peers = Array.from({ length: 200 }, (_, n) => visited(n, n % 2 === 0 ? 'ok' : 'timeout'))

    assert.equal(population(peers, 40).length, 20 + 10)
    assert.deepEqual(ids(population(peers, 4)), [0, 2, 1])
  })

  test('keeps gone peers after the contacted ones, in half of the room for failed ones, with those that had no turn', () => {
    const away = (n: number, agoMs: number): KnownPeer => ({ ...known(n, 2), contactedAtMs: NOW_MS - agoMs })
    const peers = [visited(1, 'timeout'), visited(2, 'timeout', { known: away(2, 3_000) }), visited(3, 'ok'), visited(4, 'timeout', { known: away(4, 1_000) })]
    const resting = [away(5, 2_000), away(6, 4_000)]

    assert.deepEqual(ids(population(peers, 100, { resting })), [3, 4, 5, 2, 6, 1])
    assert.deepEqual(ids(population(peers, 16, { resting })), [3, 4, 5, 1])
    assert.deepEqual(population([], 100, { resting }).map(({ skipped }) => skipped), [1, 1])
  })

  test('forgets when a peer was contacted, once it fails, where gone peers are not kept', () => {
    const before = { ...known(1, 0), contactedAtMs: NOW_MS }

    assert.equal(population([visited(1, 'timeout', { known: before })], 100)[0]?.contactedAtMs, NOW_MS)
    assert.equal(population([visited(1, 'timeout', { known: before })], 100, { keepsGone: false })[0]?.contactedAtMs, undefined)
  })

  test('keeps at most 16 addresses of a peer', () => {
    const peer = visited(1, 'ok')
    peer.addresses.merge(Array.from({ length: 50 }, (_, n) => addressOf(n)), Infinity)

    assert.equal(population([peer], 100)[0]?.addresses.length, 16)
  })
})
