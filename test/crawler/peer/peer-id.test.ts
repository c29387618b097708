import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import fc from 'fast-check'
import { isPeerId, withoutPeerId } from '../../../crawler/peer/peer-id.ts'
import type { PrivateKey } from '@libp2p/interface'

const INLINE = Uint8Array.from([0x00, 0x24, ...Array<number>(36).fill(1)])
const HASHED = Uint8Array.from([0x12, 0x20, ...Array<number>(32).fill(2)])

suite('peer ids on the wire', () => {
  test('an identity multihash of up to 42 bytes and a SHA-256 are peer ids', () => {
    assert.ok(isPeerId(INLINE))
    assert.ok(isPeerId(HASHED))
    assert.ok(isPeerId(Uint8Array.from([0x00, 42, ...Array<number>(42).fill(1)])))
  })

  // The reason to reject the 91-byte ids of js-libp2p's ECDSA keys, as rust-libp2p does: no host has such an id.
  test('js-libp2p inlines an ECDSA key, and starts no node with one', async () => {
    const privateKey = await generateKeyPair('ECDSA')

    assert.equal(privateKey.publicKey.toMultihash().bytes.length, 93)
    assert.throws(() => peerIdFromPrivateKey(privateKey as unknown as PrivateKey), { name: 'UnsupportedKeyTypeError' })
  })

  for (const [what, id] of [
    ['nothing', []],
    ['a length that is not the rest\'s', [0x00, 3, 1, 2]],
    ['an empty key', [0x00, 0]],
    ['a key of 7 bytes', [0x00, 7, ...Array<number>(7).fill(1)]],
    ['a key of 43 bytes', [0x00, 43, ...Array<number>(43).fill(1)]],
    ['a SHA-256 of 31 bytes', [0x12, 31, ...Array<number>(31).fill(1)]],
    ['another hash', [0x13, 0x20, ...Array<number>(32).fill(1)]]
  ] as const) {
    test(`${what} is not a peer id`, () => {
      assert.ok(!isPeerId(Uint8Array.from(id)))
    })
  }

  test('a /p2p with the peer\'s own id is cut off', () => {
    const address = Uint8Array.of(4, 127, 0, 0, 1, 6, 15, 161)

    for (const id of [INLINE, HASHED]) {
      assert.deepEqual(withoutPeerId(Uint8Array.from([...address, 0xa5, 0x03, id.length, ...id]), id), address)
    }
  })

  test('another peer\'s id is kept, and an address without one is unchanged', () => {
    const address = Uint8Array.from([4, 127, 0, 0, 1, 6, 15, 161, 0xa5, 0x03, INLINE.length, ...INLINE])

    assert.equal(withoutPeerId(address, HASHED), address)
    assert.equal(withoutPeerId(address.subarray(0, 8), INLINE).length, 8)
  })

  test('arbitrary bytes never cause an exception', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (address, id) => {
      isPeerId(id)
      assert.ok(withoutPeerId(address, id).length <= address.length)
    }))
  })
})
