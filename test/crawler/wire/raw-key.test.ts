import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { suite, test } from 'node:test'
import { importRawKey } from '../../../crawler/wire/raw-key.ts'

/** The 32 bytes of a public key. */
function rawOf (x: string | undefined): Buffer {
  return Buffer.from(x ?? '', 'base64url')
}

suite('importRawKey', () => {
  test('gives the key that was exported, of either curve', () => {
    const ed25519 = generateKeyPairSync('ed25519').publicKey
    const x25519 = generateKeyPairSync('x25519').publicKey

    assert.ok(importRawKey('Ed25519', rawOf(ed25519.export({ format: 'jwk' }).x)).equals(ed25519))
    assert.ok(importRawKey('X25519', rawOf(x25519.export({ format: 'jwk' }).x)).equals(x25519))
  })

  test('reads only the bytes of a view', () => {
    const key = generateKeyPairSync('x25519').publicKey
    const around = Buffer.concat([Buffer.alloc(7, 1), rawOf(key.export({ format: 'jwk' }).x), Buffer.alloc(9, 2)])

    assert.ok(importRawKey('X25519', around.subarray(7, 39)).equals(key))
  })

  for (const length of [0, 1, 31, 33, 64]) {
    test(`refuses a key of ${String(length)} bytes`, () => {
      assert.throws(() => importRawKey('Ed25519', new Uint8Array(length)), TypeError)
    })
  }
})
