import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { formatPeerId } from '../../../../crawler/peer/peer-id-text.ts'
import { KeySpace, sharedBits } from '../../../../crawler/publish/neighbours/key-space.ts'
import { peerIdOf } from '../../../support/network/simulated-network.ts'

const bits = (id: Uint8Array): boolean[] => [...createHash('sha256').update(id).digest()].flatMap(byte => [7, 6, 5, 4, 3, 2, 1, 0].map(at => (byte >> at & 1) === 1))

suite('KeySpace', () => {
  test('places peers by the SHA-256 of their ids, and names them as libp2p does', () => {
    const space = new KeySpace()

    for (let i = 0; i < 200; i++) {
      const [a, b] = [peerIdOf(`a${String(i)}`), peerIdOf(`b${String(i)}`)]
      const [left, right] = [bits(a), bits(b)]
      const shared = left.findIndex((bit, at) => bit !== right[at])

      assert.equal(sharedBits(space.place(a).digest, space.place(b).digest), shared)
      assert.equal(space.place(a).text, formatPeerId(a))
    }
  })

  test('finds all bits shared by a peer with itself', () => {
    const { digest } = new KeySpace().place(peerIdOf('a'))

    assert.equal(sharedBits(digest, digest), 256)
  })

  test('tells ids apart that are parts of one array', () => {
    const space = new KeySpace()
    const [a, b] = [peerIdOf('a'), peerIdOf('b')]
    const both = Uint8Array.of(...a, ...b)

    assert.equal(space.place(both.subarray(a.length)).text, formatPeerId(b))
    assert.equal(space.place(both.subarray(0, a.length)).text, formatPeerId(a))
  })
})
