import assert from 'node:assert/strict'
import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { agree, generateX25519 } from '../../../../crawler/client/noise/x25519.ts'
import { isFault } from '../../../support/client/expect-fault.ts'

/** Points of low order on Curve25519 and its twist (cr.yp.to/ecdh.html), each of which gives a zero secret. */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]

suite('X25519', () => {
  test('agrees on one secret from both ends', () => {
    const [ours, theirs] = [generateX25519(), generateX25519()]

    assert.deepEqual(agree(ours, theirs.publicKey), agree(theirs, ours.publicKey))
  })

  test('agrees as node:crypto does', () => {
    const ours = generateX25519()
    const theirs = generateKeyPairSync('x25519')
    const { x = '' } = theirs.publicKey.export({ format: 'jwk' })
    const ourKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(ours.publicKey).toString('base64url') }, format: 'jwk' })

    assert.deepEqual(agree(ours, Buffer.from(x, 'base64url')), diffieHellman({ privateKey: theirs.privateKey, publicKey: ourKey }))
  })

  test('generates a different key pair each time', () => {
    assert.notDeepEqual(generateX25519().publicKey, generateX25519().publicKey)
    assert.equal(generateX25519().publicKey.length, 32)
  })

  for (const point of LOW_ORDER) {
    test(`rejects the low-order point ${point.slice(0, 8)}…`, () => {
      assert.throws(() => agree(generateX25519(), Buffer.from(point, 'hex')), isFault('handshake-failed'))
    })
  }
})
