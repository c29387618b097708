import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Frontier, MAX_NEW_PER_REFERRER, MAX_PEERS_PER_REPLY } from '../../../../crawler/engine/frontier/frontier.ts'
import { addressOf, isDialable, peerIdOf } from '../../../support/network/simulated-network.ts'
import type { FrontierPeer } from '../../../../crawler/engine/frontier/frontier-peer.ts'
import type { PeerRecord } from '../../../../crawler/peer/peer-record.ts'

const IP6 = Uint8Array.from([41, ...Array<number>(16).fill(1), 6, 0, 1])
const peer = (name: string, ...addresses: number[]): PeerRecord => ({ id: peerIdOf(name), addresses: addresses.map(addressOf) })
const open = (maxPeers = 1_000): Frontier => new Frontier({ isDialable }, { maxPeers })
const nameOf = (taken: FrontierPeer | undefined, names: string[]): string | undefined =>
  names.find(name => taken !== undefined && Buffer.compare(taken.id, peerIdOf(name)) === 0)

function takeAll (frontier: Frontier, names: string[]): (string | undefined)[] {
  const order: (string | undefined)[] = []

  for (let taken = frontier.take(); taken !== undefined; taken = frontier.take()) {
    order.push(nameOf(taken, names))
  }

  return order
}

/** A frontier with two referrers in flight. */
function withReferrers (): { frontier: Frontier, a: FrontierPeer, b: FrontierPeer } {
  const frontier = open()
  frontier.seed(peer('a', 1), 'bootstrap')
  frontier.seed(peer('b', 2), 'bootstrap')

  return { frontier, a: frontier.take()!, b: frontier.take()! }
}

suite('Frontier', () => {
  test('returns each peer once, with the source where it was found first', () => {
    const frontier = open()
    frontier.seed(peer('a', 1), 'bootstrap')
    frontier.seed(peer('a', 1), 'known')
    const a = frontier.take()!
    frontier.learn(a, { queries: 1, peers: [peer('a', 1), peer('b', 2), peer('b', 2)] })
    const b = frontier.take()

    assert.deepEqual([a.source, b?.source], ['bootstrap', 'routing-table'])
    assert.equal(frontier.take(), undefined)
    assert.equal(frontier.found, 2)
  })

  test('returns a peer that was put back again, with the same attempt number', () => {
    const frontier = open()
    frontier.seed(peer('a', 1), 'bootstrap')
    const a = frontier.take()!
    frontier.putBack(a)
    assert.deepEqual([frontier.queued, frontier.inFlight, frontier.done, a.repeats], [1, 0, 0, 1])
    const again = frontier.take()

    assert.deepEqual([again, again?.attempt], [a, 1])
    frontier.complete(a, 'timeout')
    frontier.seed(peer('a', 2), 'known')
    const second = frontier.take()!
    assert.equal(second.attempt, 2)
    frontier.putBack(second)

    assert.deepEqual([frontier.take()?.attempt, frontier.take()], [2, undefined])
  })

  test('reads the addresses of a known peer only if one of them is new', () => {
    const { frontier, a, b } = withReferrers()
    const reads: number[] = []
    const named = (...addresses: number[]): PeerRecord => ({
      id: peerIdOf('x'),
      get addresses () {
        reads.push(addresses.length)

        return addresses.map(addressOf)
      },
      areAddressesIn: set => addresses.map(addressOf).every(address => set.has(Uint8Array.from([9, ...address, 9]), 1, 1 + address.length))
    })
    frontier.learn(a, { queries: 1, peers: [named(10, 11)] })
    frontier.learn(b, { queries: 1, peers: [named(11, 10)] })
    frontier.learn(b, { queries: 1, peers: [named(10, 11, 12)] })

    assert.deepEqual(reads, [2, 3])
    assert.deepEqual(frontier.take()?.addresses.list(), [10, 11, 12].map(addressOf))
  })

  test('merges the mentions of different peers', () => {
    const { frontier, a, b } = withReferrers()
    frontier.learn(a, { queries: 1, peers: [peer('x', 10, 11)] })
    frontier.learn(b, { queries: 1, peers: [peer('x', 11, 12)] })

    assert.deepEqual(frontier.take()?.addresses.list(), [10, 11, 12].map(addressOf))
  })

  test('keeps the id and the addresses, not the reply that contained them', () => {
    const { frontier, a } = withReferrers()
    const reply = new Uint8Array(4_096)
    reply.set(peerIdOf('x'), 100)
    reply.set(addressOf(10), 200)
    frontier.learn(a, { queries: 1, peers: [{ id: reply.subarray(100, 138), addresses: [reply.subarray(200, 208)] }] })
    reply.fill(0)
    const x = frontier.take()

    assert.deepEqual([x?.id, x?.addresses.list()], [peerIdOf('x'), [addressOf(10)]])
    assert.ok(x!.id.buffer.byteLength < 100)
  })

  test('visits peers that failed in the last crawl after all others', () => {
    const frontier = open()
    frontier.seed(peer('dead', 1), 'known', { ...peer('dead', 1), outcome: 'timeout', failures: 1 })
    frontier.seed(peer('alive', 2), 'known', { ...peer('alive', 2), outcome: 'ok', failures: 0 })

    assert.deepEqual(takeAll(frontier, ['dead', 'alive']), ['alive', 'dead'])
  })

  test('visits peers of one table after peers of several tables', () => {
    const { frontier, a, b } = withReferrers()
    frontier.learn(a, { queries: 1, peers: [peer('lonely', 10), peer('popular', 11), peer('twice', 12)] })
    frontier.learn(a, { queries: 1, peers: [peer('twice', 12)] })
    frontier.learn(b, { queries: 1, peers: [peer('popular', 11)] })

    assert.deepEqual(takeAll(frontier, ['lonely', 'popular', 'twice']), ['popular', 'lonely', 'twice'])
  })

  test('visits peers without a dialable address last, until they get one', () => {
    const frontier = open()
    frontier.seed({ id: peerIdOf('none'), addresses: [] }, 'bootstrap')
    frontier.seed({ id: peerIdOf('ip6'), addresses: [IP6] }, 'bootstrap')
    frontier.seed(peer('last', 1), 'bootstrap')
    frontier.seed(peer('ip6', 2), 'connected')

    assert.deepEqual(takeAll(frontier, ['none', 'ip6', 'last']), ['last', 'ip6', 'none'])
  })

  test('visits a failed peer once more when it gets a new dialable address', () => {
    const { frontier, a } = withReferrers()
    frontier.learn(a, { queries: 1, peers: [peer('x', 10)] })
    const x = frontier.take()!
    frontier.complete(x, 'timeout')
    frontier.learn(a, { queries: 1, peers: [{ id: x.id, addresses: [addressOf(10), IP6] }] })
    assert.equal(frontier.queued, 0)

    frontier.learn(a, { queries: 1, peers: [peer('x', 11)] })
    assert.equal(frontier.take(), x)
    assert.equal(x.attempt, 2)

    frontier.complete(x, 'refused')
    frontier.learn(a, { queries: 1, peers: [peer('x', 12)] })
    assert.equal(frontier.take(), undefined)
    assert.equal(x.outcome, 'refused')
  })

  test('visits a peer again that got a new address while its visit failed', () => {
    const { frontier, a } = withReferrers()
    frontier.learn(a, { queries: 1, peers: [peer('x', 10)] })
    const x = frontier.take()!
    frontier.learn(a, { queries: 1, peers: [peer('x', 11)] })
    assert.equal(frontier.queued, 0)
    frontier.complete(x, 'refused')

    assert.equal(frontier.queued, 1)
    assert.equal(frontier.take(), x)
  })

  test('does not visit a failed peer again for an address that its visit already had', () => {
    const { frontier, a, b } = withReferrers()
    frontier.learn(a, { queries: 1, peers: [peer('x', 10)] })
    frontier.learn(b, { queries: 1, peers: [peer('x', 11)] })
    frontier.complete(frontier.take()!, 'refused')

    assert.equal(frontier.queued, 0)
  })

  test('does not visit a contacted peer again', () => {
    const { frontier, a, b } = withReferrers()
    frontier.complete(a, 'connected', { address: addressOf(1), atMs: 1 })
    frontier.learn(b, { queries: 1, peers: [peer('a', 99)] })

    assert.equal(frontier.queued, 0)
    assert.deepEqual(a.answeredAt, addressOf(1))
    assert.equal(a.addresses.count, 1)
  })

  test('accepts 32 peers for each query of a visit and counts the rest as refused', () => {
    const { frontier, a } = withReferrers()
    frontier.learn(a, { queries: 2, peers: Array.from({ length: 100 }, (_, i) => peer(String(i), i)) })

    assert.equal(frontier.queued, 2 * MAX_PEERS_PER_REPLY)
    assert.equal(frontier.refused, 100 - 2 * MAX_PEERS_PER_REPLY)
  })

  test('accepts 2,000 new peers of one referrer, and then still those of others', () => {
    const { frontier, a, b } = { ...withReferrers(), frontier: open(10_000) }
    const many = Array.from({ length: 3_000 }, (_, i) => peer(String(i), i))
    frontier.learn(a, { queries: 1_000, peers: many.slice(0, 1_500) })
    frontier.learn(a, { queries: 1_000, peers: many.slice(1_500) })
    assert.equal(frontier.found, MAX_NEW_PER_REFERRER)
    assert.equal(frontier.refused, 1_000)

    frontier.learn(b, { queries: 1, peers: many.slice(-1) })
    assert.equal(frontier.found, MAX_NEW_PER_REFERRER + 1)
  })

  test('contains at most maxPeers peers, seeds included', () => {
    const frontier = open(2)
    frontier.seed(peer('a', 1), 'bootstrap')
    const a = frontier.take()!
    frontier.learn(a, { queries: 1, peers: [peer('b', 2), peer('c', 3)] })
    frontier.seed(peer('d', 4), 'connected')

    assert.deepEqual([frontier.found, frontier.refused], [2, 2])
  })

  test('does not visit ourselves, even when a peer lists us', () => {
    const frontier = new Frontier({ isDialable, isSelf: id => Buffer.compare(id, peerIdOf('us')) === 0 }, { maxPeers: 10 })
    frontier.seed(peer('us', 1), 'known')
    frontier.seed(peer('a', 2), 'bootstrap')
    const a = frontier.take()!
    frontier.learn(a, { peers: [peer('us', 1), peer('b', 3)], queries: 1 })

    assert.deepEqual([frontier.found, frontier.queued, frontier.refused], [2, 1, 0])
    assert.equal(nameOf(frontier.take(), ['us', 'b']), 'b')
  })

  test('keeps one address of each peer when the memory for addresses is used up', () => {
    const frontier = new Frontier({ isDialable }, { maxPeers: 10, addressBytes: 20 })
    frontier.seed(peer('a', 1, 2, 3), 'bootstrap')
    frontier.seed(peer('b', 4, 5), 'bootstrap')
    frontier.seed(peer('a', 6), 'known')

    assert.deepEqual([...frontier.peers()].map(({ addresses }) => addresses.count), [3, 1])
  })

  test('refuses invalid peer ids', () => {
    const { frontier, a } = withReferrers()
    frontier.learn(a, { queries: 1, peers: [{ id: Uint8Array.from([1, 2, 3]), addresses: [addressOf(1)] }] })
    frontier.seed({ id: new Uint8Array(0), addresses: [] }, 'known')

    assert.deepEqual([frontier.found, frontier.refused], [2, 2])
  })
})
