import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeFindNode } from '../../../crawler/dht/find-node.ts'
import { AddressList } from '../../../crawler/engine/frontier/address-list.ts'
import { MergedPeerRecord } from '../../../crawler/peer/merged-peer-record.ts'
import { findNodeReply, nobodyId } from '../../support/network/peer-fixtures.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'

/** A peer as in a reply. */
function mention (...addresses: Uint8Array[]): PeerRecord {
  return decodeFindNode(findNodeReply([{ id: nobodyId(1), addresses }]))!.list()[0]!
}

const [A, B, C] = [Uint8Array.of(1, 1), Uint8Array.of(2, 2), Uint8Array.of(3, 3)]

suite('MergedPeerRecord', () => {
  test('has the addresses of all mentions without duplicates, in order', () => {
    const peer = new MergedPeerRecord(mention(A, B), mention(B, A))
    peer.add(mention(C, A))

    assert.deepEqual(peer.id, nobodyId(1))
    assert.deepEqual(peer.addresses.map(address => [...address]), [[1, 1], [2, 2], [3, 3]])
  })

  test('is in a set with all its addresses, and not in one that lacks an address of a later mention', () => {
    const set = new AddressList()
    set.merge([A, B], 1_000)
    const peer = new MergedPeerRecord(mention(A, B), mention(B, A))
    const before = peer.areAddressesIn(set)
    peer.add(mention(C))

    assert.deepEqual([before, peer.areAddressesIn(set)], [true, false])
  })

  test('also works with records without areAddressesIn', () => {
    const set = new AddressList()
    set.merge([A], 1_000)

    assert.equal(new MergedPeerRecord({ id: nobodyId(1), addresses: [A] }, mention(A)).areAddressesIn(set), true)
    assert.equal(new MergedPeerRecord(mention(A), { id: nobodyId(1), addresses: [B] }).areAddressesIn(set), false)
  })

  test('keeps 128 addresses of 32 mentions', () => {
    const peer = new MergedPeerRecord(mention(A), mention(B))

    for (let i = 0; i < 300; i++) {
      peer.add(mention(Uint8Array.of(9, i >> 8, i & 255)))
    }

    assert.equal(peer.addresses.length, 32)

    const wide = Array.from({ length: 100 }, (_, i) => Uint8Array.of(7, i))
    assert.equal(new MergedPeerRecord(mention(...wide), mention(...wide.map(([, i = 0]) => Uint8Array.of(8, i)))).addresses.length, 128)
  })
})
