import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Frontier } from '../../../../crawler/engine/frontier/frontier.ts'
import { addressOf, isDialable, peerIdOf } from '../../../support/network/simulated-network.ts'
import type { PeerRecord } from '../../../../crawler/peer/peer-record.ts'

const peer = (name: string, address: number): PeerRecord => ({ id: peerIdOf(name), addresses: [addressOf(address)] })

suite('the mentions of a peer', () => {
  test('counts the answers about buckets that mention a peer, and knows whether any peer lists it among its closest ones', () => {
    const frontier = new Frontier({ isDialable }, { maxPeers: 1_000 })
    frontier.seed(peer('a', 1), 'bootstrap')
    frontier.seed(peer('b', 2), 'bootstrap')
    const [a, b] = [frontier.take()!, frontier.take()!]
    frontier.learn(a, { queries: 2, peers: [peer('near', 3), peer('far', 4)], closest: 1 })
    frontier.learn(b, { queries: 2, peers: [peer('far', 4), peer('near', 3)], closest: 0 })
    frontier.learn(b, { queries: 1, peers: [peer('unknown', 5)] })
    const found = (name: string): unknown[] => {
      const entry = frontier.find(peerIdOf(name))

      return [entry?.isClosest, entry?.mentions]
    }

    assert.deepEqual([found('near'), found('far'), found('unknown'), found('a')], [[true, 1], [false, 2], [true, 0], [false, 0]])
    assert.equal(frontier.find(Uint8Array.of(1)), undefined)
    assert.equal(frontier.find(peerIdOf('nobody')), undefined)
  })
})
