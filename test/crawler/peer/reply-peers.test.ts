import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decodeFindNode } from '../../../crawler/dht/find-node.ts'
import { hashId } from '../../../crawler/peer/id-hash.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { findNodeReply, nobodyId, plainPeers } from '../../support/network/peer-fixtures.ts'
import type { AddressSet, PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { ReplyPeer } from '../../../crawler/peer/reply-peers.ts'

const ADDRESS = Uint8Array.of(4, 127, 0, 0, 1, 6, 15, 161)

/** The peers as in a reply. */
function named (...peers: PeerRecord[]): ReplyPeer[] {
  return decodeFindNode(findNodeReply(peers))!.list()
}

/** Whether all addresses of a peer are in this list. */
function areIn (peer: ReplyPeer | undefined, ...addresses: Uint8Array[]): boolean | undefined {
  const set: AddressSet = { has: (bytes, start, end) => addresses.some(address => Buffer.compare(address, bytes.subarray(start, end)) === 0) }

  return peer?.areAddressesIn(set)
}

suite('ReplyPeers', () => {
  test('gives each peer of the reply, at every call', () => {
    const addresses = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 })
    const peer = fc.record({ id: fc.nat(255).map(nobodyId), addresses }, { noNullPrototype: true })

    fc.assert(fc.property(fc.array(peer, { maxLength: 32 }), (peers) => {
      const reply = decodeFindNode(findNodeReply(peers))!

      assert.equal(reply.length, peers.length)
      assert.deepEqual(plainPeers(reply.list()), peers)
      assert.deepEqual(plainPeers(reply.list()), peers)
    }))
  })

  test('two mentions are the same if their bytes are equal', () => {
    const [first] = named({ id: nobodyId(7), addresses: [ADDRESS] })
    const [, second] = named({ id: nobodyId(1), addresses: [] }, { id: nobodyId(7), addresses: [ADDRESS] })
    const [other] = named({ id: nobodyId(7), addresses: [] })
    const [different] = named({ id: nobodyId(8), addresses: [ADDRESS] })

    assert.ok(first!.isSameMention(second!))
    assert.ok(!first!.isSameMention(other!))
    assert.ok(!first!.isSameMention(different!))
  })

  test('ids are compared regardless of the addresses', () => {
    const [first] = named({ id: nobodyId(7), addresses: [ADDRESS] })
    const [other, second] = named({ id: nobodyId(8), addresses: [ADDRESS] }, { id: nobodyId(7), addresses: [] })

    assert.ok(first!.hasIdOf(second!))
    assert.ok(!first!.hasIdOf(other!))
    assert.equal(first!.hash, hashId(nobodyId(7)))
    assert.equal(second!.hash, first!.hash)
  })

  test('the addresses of a peer are in a set if each of them is', () => {
    const other = Uint8Array.of(4, 127, 0, 0, 2, 6, 15, 161)
    const [peer] = named({ id: nobodyId(1), addresses: [ADDRESS, other] })
    const [without] = named({ id: nobodyId(1), addresses: [] })

    assert.equal(areIn(peer, other, ADDRESS), true)
    assert.equal(areIn(peer, ADDRESS), false)
    assert.equal(areIn(peer, other), false)
    assert.equal(areIn(without), true)
  })

  test('a set is queried for the address without the /p2p that repeats the id', () => {
    const id = nobodyId(1)
    const suffix = [0xa5, 0x03, id.length, ...id]
    const [peer] = named({ id, addresses: [Uint8Array.from([...ADDRESS, ...suffix]), Uint8Array.from(suffix)] })

    assert.equal(areIn(peer, ADDRESS), true)
  })

  test('a /p2p of another peer stays part of the address', () => {
    const id = nobodyId(1)
    const through = Uint8Array.from([...ADDRESS, 0xa5, 0x03, id.length, ...nobodyId(2)])
    const [peer] = named({ id, addresses: [through] })

    assert.equal(areIn(peer, through), true)
    assert.deepEqual(plainPeers([peer!]), [{ id, addresses: [through] }])
  })

  test('bytes before an address are not part of it, even if they would complete a /p2p', () => {
    const address = Uint8Array.of(7, 7, 7, 7, 7)
    const id = nobodyId(7)
    id.set([0x12, address.length], id.length - address.length - 2)
    const before = Uint8Array.from([0xa5, 0x03, id.length, ...id.subarray(0, id.length - address.length - 2)])
    const entry = new ProtobufWriter().bytes(1, id).bytes(7, before).bytes(2, address).finish()
    const reply = decodeFindNode(new ProtobufWriter().number(1, 4).bytes(8, entry).finish())!

    assert.deepEqual(plainPeers(reply.list()), [{ id, addresses: [address] }])
  })
})
