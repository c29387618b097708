import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decodeFindNode } from '../../../crawler/dht/find-node.ts'
import { Neighbours } from '../../../crawler/dht/neighbours.ts'
import { findNodeReply, nobodyId, plainPeers } from '../../support/network/peer-fixtures.ts'

suite('Neighbours', () => {
  test('a peer mentioned twice is listed once, with all its addresses', () => {
    const neighbours = new Neighbours()
    neighbours.add([{ id: nobodyId(1), addresses: [Uint8Array.of(1), Uint8Array.of(2)] }, { id: nobodyId(2), addresses: [] }])
    neighbours.add([{ id: nobodyId(1), addresses: [Uint8Array.of(2), Uint8Array.of(3)] }])

    assert.deepEqual(plainPeers(neighbours.list()), [
      { id: nobodyId(1), addresses: [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)] },
      { id: nobodyId(2), addresses: [] }
    ])
  })

  test('hundreds of peers are kept distinct, as reply views and as plain records', () => {
    const peers = Array.from({ length: 250 }, (_, n) => {
      const id = nobodyId(0)
      id.set(hash('sha256', String(n), 'buffer'), 6)

      return { id, addresses: [Uint8Array.of(1, n)] }
    })
    const replies = Array.from({ length: 10 }, (_, i) => findNodeReply(peers.slice(i * 25, i * 25 + 30)))
    const neighbours = new Neighbours()
    replies.forEach((reply) => {
      neighbours.add(decodeFindNode(reply)!.list())
    })
    neighbours.add(peers)

    assert.deepEqual(plainPeers(neighbours.list()), peers)
  })

  test('the added records are not modified', () => {
    const neighbours = new Neighbours()
    const listed = { id: nobodyId(1), addresses: [Uint8Array.of(1)] }
    neighbours.add([listed])
    neighbours.add([{ id: nobodyId(1), addresses: [Uint8Array.of(2)] }])

    assert.equal(listed.addresses.length, 1)
  })

  test('at most 128 addresses are kept for a peer', () => {
    const neighbours = new Neighbours()

    for (let i = 0; i < 5; i++) {
      neighbours.add([{ id: nobodyId(1), addresses: Array.from({ length: 60 }, (_, j) => Uint8Array.of(i, j)) }])
    }

    assert.equal(neighbours.list()[0]?.addresses.length, 128)
  })

  test('the list is the union of all mentions, in any order', () => {
    const peer = fc.record({ id: fc.nat(3).map(nobodyId), addresses: fc.array(fc.nat(20).map(n => Uint8Array.of(n))) })

    fc.assert(fc.property(fc.array(peer), (peers) => {
      const neighbours = new Neighbours()
      peers.forEach((each) => {
        neighbours.add([{ ...each, addresses: [...new Map(each.addresses.map(address => [address[0], address])).values()] }])
      })
      const textOf = (address: Uint8Array): string => String(address[0])

      for (const { id, addresses } of neighbours.list()) {
        const listed = peers.filter(each => each.id[10] === id[10]).flatMap(each => each.addresses.map(textOf))
        assert.deepEqual(addresses.map(textOf).sort(), [...new Set(listed)].sort())
      }
    }))
  })
})
