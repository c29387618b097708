import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { parsePublicKey } from '../../../crawler/peer/public-key.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { createRsaKey, createTestKey, KEY_KINDS, keyMessage } from '../../support/client/test-keys.ts'

const MESSAGE = Buffer.from('what was signed')

suite('parsePublicKey', () => {
  for (const kind of KEY_KINDS) {
    test(`verifies signatures of an ${kind} key, and no others`, () => {
      const key = createTestKey(kind)
      const signature = key.sign(MESSAGE)
      const parsed = parsePublicKey(key.message)

      assert.equal(parsed?.verify(MESSAGE, signature), true)
      assert.equal(parsed.verify(Buffer.from('another text'), signature), false)
      assert.equal(parsed.verify(MESSAGE, createTestKey(kind).sign(MESSAGE)), false)
      assert.equal(parsed.verify(MESSAGE, signature.subarray(1)), false)
      assert.equal(parsed.verify(MESSAGE, new Uint8Array(0)), false)
    })

    test(`rejects an ${kind} key with a byte more or less`, () => {
      const { message } = createTestKey(kind)

      assert.equal(parsePublicKey(concatBytes([message, Uint8Array.of(0)])), undefined)
      assert.equal(parsePublicKey(message.subarray(0, -1)), undefined)
    })
  }

  test('binds each form of an ECDSA key to its own signature encoding', () => {
    const [go, js] = [createTestKey('ECDSA of Go and Rust'), createTestKey('ECDSA of js-libp2p')]
    const pointOf = (message: Uint8Array): Uint8Array => message.subarray(-65)
    const goAsJs = keyMessage(3, concatBytes([js.message.subarray(4, -65), pointOf(go.message)]))

    assert.equal(parsePublicKey(go.message)?.verify(MESSAGE, go.sign(MESSAGE)), true)
    assert.equal(parsePublicKey(goAsJs)?.verify(MESSAGE, go.sign(MESSAGE)), false)
  })

  test('rejects RSA keys below 2048 and above 8192 bits', () => {
    assert.equal(parsePublicKey(createRsaKey(1_024).message), undefined)
    assert.notEqual(parsePublicKey(createRsaKey(3_072).message), undefined)
  })

  test('rejects a key that is labelled as another type', () => {
    const rsa = createTestKey('RSA').message
    const ecdsa = createTestKey('ECDSA of Go and Rust').message

    assert.equal(parsePublicKey(concatBytes([Uint8Array.of(8, 3), rsa.subarray(2)])), undefined)
    assert.equal(parsePublicKey(concatBytes([Uint8Array.of(8, 0), ecdsa.subarray(2)])), undefined)
    assert.equal(parsePublicKey(concatBytes([Uint8Array.of(8, 4), ecdsa.subarray(2)])), undefined)
  })

  test('rejects a point that is not on its curve', () => {
    assert.equal(parsePublicKey(keyMessage(2, new Uint8Array(33).fill(5))), undefined)
    assert.equal(parsePublicKey(keyMessage(3, concatBytes([createTestKey('ECDSA of Go and Rust').message.subarray(4, -64), new Uint8Array(64).fill(5)]))), undefined)
  })

  test('rejects a length that is not minimally encoded', () => {
    const { message } = createTestKey()

    assert.equal(parsePublicKey(concatBytes([message.subarray(0, 3), Uint8Array.of(0xa0, 0), message.subarray(4)])), undefined)
  })

  test('never throws for any key, message and signature', () => {
    const head = fc.constantFrom(...KEY_KINDS.map(kind => createTestKey(kind).message))

    fc.assert(fc.property(head, fc.nat(300), fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 80 }), (message, keep, tail, signature) => {
      parsePublicKey(concatBytes([message.subarray(0, keep), tail]))?.verify(MESSAGE, signature)
    }), { numRuns: 500 })
  })
})
