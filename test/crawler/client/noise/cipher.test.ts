import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { CipherState, TAG_LENGTH } from '../../../../crawler/client/noise/cipher.ts'
import { isFault } from '../../../support/client/expect-fault.ts'

/** Lengths around the block sizes of both primitives, and the longest Noise message. */
const SIZES = [0, 1, 15, 16, 17, 63, 64, 65, 2_000, 65_519]

/** The sealed message number `count` by node:crypto. */
function reference (key: Uint8Array, count: number, plaintext: Uint8Array, associated: Uint8Array): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32LE(count, 4)
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_LENGTH })
  cipher.setAAD(associated, { plaintextLength: plaintext.length })

  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

suite('CipherState', () => {
  test('seals as node:crypto does, at every size and count', () => {
    const [key, associated] = [randomBytes(32), randomBytes(32)]
    const state = new CipherState(key)

    SIZES.forEach((size, count) => {
      const plaintext = randomBytes(size)
      assert.deepEqual(Buffer.from(state.seal(plaintext, associated)), reference(key, count, plaintext, associated))
    })
  })

  test('opens what another cipher sealed with the same key, in order', () => {
    const key = randomBytes(32)
    const [sender, receiver] = [new CipherState(key), new CipherState(key)]

    for (const size of SIZES) {
      const plaintext = randomBytes(size)
      assert.deepEqual(Buffer.from(receiver.open(sender.seal(plaintext)) ?? []), plaintext)
    }
  })

  test('rejects messages that are changed, truncated, out of order or bound to other data', () => {
    const key = randomBytes(32)

    for (const size of SIZES) {
      const sealed = new CipherState(key).seal(randomBytes(size), Buffer.from('a'))
      const changed = Buffer.from(sealed)
      changed[size] = (changed[size] ?? 0) ^ 1

      assert.equal(new CipherState(key).open(changed, Buffer.from('a')), undefined)
      assert.equal(new CipherState(key).open(sealed.subarray(1), Buffer.from('a')), undefined)
      assert.equal(new CipherState(key).open(sealed, Buffer.from('b')), undefined)
      assert.equal(new CipherState(key, 1).open(sealed, Buffer.from('a')), undefined)
    }
  })

  test('rejects messages shorter than a tag', () => {
    assert.equal(new CipherState(randomBytes(32)).open(new Uint8Array(15)), undefined)
  })

  test('uses no nonce twice: it fails when they are used up', () => {
    const state = new CipherState(randomBytes(32), 0xffff_fffe)
    state.seal(new Uint8Array(1))

    assert.throws(() => state.seal(new Uint8Array(1)), isFault('limit-exceeded'))
  })
})
