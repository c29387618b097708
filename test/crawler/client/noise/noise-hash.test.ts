import assert from 'node:assert/strict'
import { createHmac, hash, hkdfSync, randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { hkdf, hmacSha256, mixHash } from '../../../../crawler/client/noise/noise-hash.ts'

// node:crypto is the reference: it passes the official vectors of FIPS 180-4, RFC 4231 and RFC 5869
suite('noise hash functions', () => {
  test('hash two parts as node:crypto hashes them in one, at every length around a block', () => {
    for (let length = 0; length <= 200; length++) {
      const [head, tail] = [randomBytes(32), randomBytes(length)]
      assert.deepEqual(Buffer.from(mixHash(head, tail)), hash('sha256', Buffer.concat([head, tail]), 'buffer'))
    }
  })

  test('authenticate as node:crypto does', () => {
    for (const length of [0, 1, 32, 64, 65, 300]) {
      const [key, data] = [randomBytes(32), randomBytes(length)]
      assert.deepEqual(Buffer.from(hmacSha256(key, data)), createHmac('sha256', key).update(data).digest())
    }
  })

  test('authenticate two parts as one', () => {
    const key = randomBytes(32)

    assert.deepEqual(hmacSha256(key, Buffer.from('ab'), Buffer.from('c')), hmacSha256(key, Buffer.from('abc')))
  })

  test('derive the two keys of RFC 5869 with an empty info', () => {
    const [chainingKey, input] = [randomBytes(32), randomBytes(32)]
    const [first, second] = hkdf(chainingKey, input)

    assert.deepEqual(Buffer.concat([first, second]), Buffer.from(hkdfSync('sha256', input, chainingKey, '', 64)))
  })
})
