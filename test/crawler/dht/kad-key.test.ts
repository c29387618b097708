import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { bucketTarget, commonPrefixLength, DEEPEST_BUCKET, kadPrefix, neighbourhoodTarget, preimages } from '../../../crawler/dht/kad-key.ts'

const id = fc.uint8Array({ minLength: 34, maxLength: 38 })

suite('kad keys', () => {
  test('the table equals that of go-libp2p-kbucket', () => {
    assert.deepEqual([...preimages().subarray(0, 3)], [77_591, 94_053, 60_620])
  })

  test('each prefix has a key that hashes to it', () => {
    for (let prefix = 0; prefix < 65_536; prefix += 97) {
      assert.equal(kadPrefix(neighbourhoodTarget(prefix)), prefix)
    }
  })

  test('the target of a bucket shares exactly that many bits with the peer', () => {
    fc.assert(fc.property(id, fc.integer({ min: 0, max: DEEPEST_BUCKET }), (bytes, bucket) => {
      const prefix = kadPrefix(bytes)

      assert.equal(commonPrefixLength(prefix, kadPrefix(bucketTarget(prefix, bucket))), bucket)
    }))
  })

  test('the target of the neighbourhood shares all 16', () => {
    fc.assert(fc.property(id, (bytes) => {
      assert.equal(commonPrefixLength(kadPrefix(bytes), kadPrefix(neighbourhoodTarget(kadPrefix(bytes)))), 16)
    }))
  })

  test('a target is a SHA-256 multihash, as servers expect of a key', () => {
    const target = bucketTarget(0x1234, 3)

    assert.deepEqual([target.length, target[0], target[1]], [34, 0x12, 0x20])
  })

  test('the position of a peer is the start of the SHA-256 of its multihash', () => {
    fc.assert(fc.property(id, (bytes) => {
      assert.equal(kadPrefix(bytes), hash('sha256', bytes, 'buffer').readUInt16BE())
    }))
  })
})
