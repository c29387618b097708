import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decodeFindNode, encodeFindNode } from '../../../crawler/dht/find-node.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { findNodeReply, nobodyId, plainPeers } from '../../support/network/peer-fixtures.ts'

const ADDRESS = Uint8Array.of(4, 127, 0, 0, 1, 6, 15, 161)

suite('FIND_NODE', () => {
  test('a request is the bytes that go-libp2p sends', () => {
    assert.equal(Buffer.from(encodeFindNode(Uint8Array.of(1, 2, 3))).toString('hex'), '0708041203010203')
  })

  test('a reply gives each peer with its addresses', () => {
    const peers = [{ id: nobodyId(1), addresses: [ADDRESS] }, { id: nobodyId(2), addresses: [] }]

    assert.deepEqual(plainPeers(decodeFindNode(findNodeReply(peers))?.list()), peers)
  })

  test('a reply without peers is valid', () => {
    assert.deepEqual(plainPeers(decodeFindNode(findNodeReply([]))?.list()), [])
  })

  test('a reply of another type and a truncated one are rejected', () => {
    const reply = findNodeReply([{ id: nobodyId(1), addresses: [ADDRESS] }])

    assert.equal(decodeFindNode(new ProtobufWriter().number(1, 5).finish()), undefined)
    assert.equal(decodeFindNode(new Uint8Array(0)), undefined)
    assert.equal(decodeFindNode(reply.subarray(0, reply.length - 1)), undefined)
  })

  test('at most 32 peers are taken from one reply', () => {
    const peers = Array.from({ length: 100 }, (_, i) => ({ id: nobodyId(i), addresses: [] }))

    assert.equal(decodeFindNode(findNodeReply(peers))?.length, 32)
  })

  test('at most 128 addresses of at most 1,024 bytes are taken for one peer', () => {
    const many = Array.from({ length: 200 }, () => ADDRESS)
    const [peer] = decodeFindNode(findNodeReply([{ id: nobodyId(1), addresses: [new Uint8Array(1_025).fill(1), ...many] }]))?.list() ?? []

    assert.equal(peer?.addresses.length, 128)
    assert.deepEqual(peer.addresses[0], ADDRESS)
  })

  test('a peer with an invalid id is left out', () => {
    assert.deepEqual(plainPeers(decodeFindNode(findNodeReply([{ id: Uint8Array.of(1, 2, 3), addresses: [] }]))?.list()), [])
  })

  test('a /p2p that repeats the id is cut off an address; an address of nothing else is dropped', () => {
    const id = nobodyId(1)
    const suffix = [0xa5, 0x03, id.length, ...id]
    const reply = findNodeReply([{ id, addresses: [Uint8Array.from([...ADDRESS, ...suffix]), Uint8Array.from(suffix)] }])

    assert.deepEqual(plainPeers(decodeFindNode(reply)?.list()), [{ id, addresses: [ADDRESS] }])
  })

  test('of several ids in one entry the last counts', () => {
    const entry = new ProtobufWriter().bytes(1, nobodyId(1)).bytes(2, ADDRESS).bytes(1, nobodyId(2)).finish()
    const reply = new ProtobufWriter().number(1, 4).bytes(8, entry).finish()

    assert.deepEqual(plainPeers(decodeFindNode(reply)?.list()), [{ id: nobodyId(2), addresses: [ADDRESS] }])
  })

  test('decoding arbitrary bytes never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      plainPeers(decodeFindNode(bytes)?.list())
    }), { numRuns: 2_000 })
  })

  test('decoding a reply with any byte changed never throws, and keeps the limits', () => {
    const reply = findNodeReply(Array.from({ length: 5 }, (_, i) => ({ id: nobodyId(i), addresses: [ADDRESS, ADDRESS] })))

    fc.assert(fc.property(fc.nat(reply.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const changed = Uint8Array.from(reply)
      changed[at] = byte
      assert.ok((plainPeers(decodeFindNode(changed)?.list()) ?? []).length <= 32)
    }), { numRuns: 1_000 })
  })
})
