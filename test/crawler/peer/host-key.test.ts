import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { HostKey } from '../../../crawler/peer/host-key.ts'
import { isIdOfKey } from '../../../crawler/peer/peer-id.ts'
import { parsePublicKey } from '../../../crawler/peer/public-key.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { createTestKey, KEY_KINDS } from '../../support/client/test-keys.ts'

suite('isIdOfKey', () => {
  for (const kind of KEY_KINDS) {
    test(`accepts the id of an ${kind} key and no other`, () => {
      const [key, other] = [createTestKey(kind), createTestKey(kind)]

      assert.equal(isIdOfKey(key.id, key.message), true)
      assert.equal(isIdOfKey(other.id, key.message), false)
    })
  }

  test('rejects an inlined key that is too long', () => {
    const { message } = createTestKey('ECDSA of js-libp2p')

    assert.equal(isIdOfKey(concatBytes([Uint8Array.of(0, message.length), message]), message), false)
  })

  test('rejects a hash that is forged, truncated or of another kind', () => {
    const { id, message } = createTestKey('RSA')
    const forged = Uint8Array.from(id)
    forged[10] = (forged[10] ?? 0) ^ 1

    assert.equal(isIdOfKey(forged, message), false)
    assert.equal(isIdOfKey(id.subarray(0, 20), message), false)
    assert.equal(isIdOfKey(Uint8Array.of(0x12, 0), message), false)
    assert.equal(isIdOfKey(Uint8Array.of(0x13, ...id.subarray(1)), message), false)
    assert.equal(isIdOfKey(new Uint8Array(0), new Uint8Array(0)), false)
  })
})

suite('HostKey', () => {
  test('has the same peer id as libp2p\'s key of the same seed', async () => {
    const theirs = await generateKeyPair('Ed25519')
    const ours = HostKey.fromSeed(theirs.raw.subarray(0, 32))

    assert.deepEqual(Uint8Array.from(ours.id), Uint8Array.from(peerIdFromPrivateKey(theirs).toMultihash().bytes))
    assert.equal(await theirs.publicKey.verify(Buffer.from('x'), ours.sign(Buffer.from('x'))), true)
  })

  test('makes signatures that its public key verifies', () => {
    const key = HostKey.generate()

    assert.equal(parsePublicKey(key.message)?.verify(Buffer.from('x'), key.sign(Buffer.from('x'))), true)
    assert.equal(isIdOfKey(key.id, key.message), true)
  })
})
