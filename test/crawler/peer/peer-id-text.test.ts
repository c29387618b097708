import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { peerIdFromString } from '@libp2p/peer-id'
import { formatPeerId, parsePeerId } from '../../../crawler/peer/peer-id-text.ts'

suite('peer ids as text', () => {
  for (const text of [
    '12D3KooWSz8r2WyCdsfWHgPyvD8GKQdJ1UAiRmrcrs8sQB3fe2KU',
    '16Uiu2HAm6R1cvSdLHgoPhi4yZNKQXeY8FsHWnedaZyJzpDsVhYN4',
    'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'
  ]) {
    test(`${text} is read and printed as libp2p does`, () => {
      const id = peerIdFromString(text).toMultihash().bytes

      assert.deepEqual(parsePeerId(text), Uint8Array.from(id))
      assert.equal(formatPeerId(id), text)
    })
  }

  test('texts that are not a peer id are rejected', () => {
    for (const text of ['', 'x', '12D3KooW', 'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJ', '1'.repeat(10_000)]) {
      assert.equal(parsePeerId(text), undefined)
    }
  })
})
