import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { hashId } from '../../../crawler/peer/id-hash.ts'
import { MAX_PEER_ID_BYTES } from '../../../crawler/peer/peer-id.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'

suite('hashId', () => {
  test('is the same for the same bytes at any offset', () => {
    assert.equal(hashId(Buffer.concat([Buffer.from('xy'), nobodyId(5)]).subarray(2)), hashId(nobodyId(5)))
  })

  test('distinguishes thousands of ids that differ in two bytes', () => {
    const hashes = Array.from({ length: 4_096 }, (_, i) => {
      const id = nobodyId(1)
      id.set([i >> 8, i & 0xff], 20)

      return hashId(id)
    })

    assert.ok(new Set(hashes).size > 4_000)
  })

  test('depends on every byte of the longest id', () => {
    const id = new Uint8Array(MAX_PEER_ID_BYTES).fill(1)
    const changed = Uint8Array.from(id)
    changed[MAX_PEER_ID_BYTES - 1] = 2

    assert.notEqual(hashId(id), hashId(changed))
  })
})
