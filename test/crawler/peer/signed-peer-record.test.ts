import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import fc from 'fast-check'
import { verifiedRecordSequence } from '../../../crawler/peer/signed-peer-record.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { encodeVarint } from '../../../crawler/wire/varint.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import type { PublicKey } from '../../../crawler/peer/public-key.ts'
import type { PrivateKey } from '@libp2p/interface'

interface Forgery { peerId?: Uint8Array, domain?: string, payloadType?: Uint8Array, signer?: PrivateKey }

const SEQUENCE = 2n ** 63n + 5n

suite('signed peer records', () => {
  let key: PrivateKey
  let other: PrivateKey

  before(async () => {
    key = await generateKeyPair('Ed25519')
    other = await generateKeyPair('Ed25519')
  })

  async function seal ({ peerId = idOf(key), domain = 'libp2p-peer-record', payloadType = Uint8Array.of(3, 1), signer = key }: Forgery = {}): Promise<Uint8Array> {
    const payload = concatBytes([new ProtobufWriter().bytes(1, peerId).finish(), Uint8Array.of(0x10), varint64(SEQUENCE)])
    const signed = [Buffer.from(domain), payloadType, payload].flatMap(part => [encodeVarint(part.length), part])
    const signature = await signer.sign(concatBytes(signed))

    return new ProtobufWriter().bytes(1, publicKeyToProtobuf(key.publicKey)).bytes(2, payloadType).bytes(3, payload).bytes(5, signature).finish()
  }

  test('a record signed by its peer gives its exact sequence number', async () => {
    assert.equal(verifiedRecordSequence(await seal(), idOf(key)), SEQUENCE)
  })

  test('a known key is not parsed again, and does not replace the check of the signature', async () => {
    const asked: Uint8Array[] = []
    const known = (isValid: boolean): PublicKey => ({
      type: 'Ed25519',
      verify: (message) => {
        asked.push(message)

        return isValid
      }
    })

    assert.equal(verifiedRecordSequence(await seal({ signer: other }), idOf(key), known(true)), SEQUENCE)
    assert.equal(verifiedRecordSequence(await seal(), idOf(key), known(false)), undefined)
    assert.equal(verifiedRecordSequence(await seal(), idOf(other), known(true)), undefined)
    assert.equal(asked.length, 2)
  })

  test('a record of another peer is rejected', async () => {
    assert.equal(verifiedRecordSequence(await seal(), idOf(other)), undefined)
  })

  test('a record with another peer\'s id is rejected', async () => {
    assert.equal(verifiedRecordSequence(await seal({ peerId: nobodyId(1) }), idOf(key)), undefined)
  })

  test('a signature by another key, for another domain or over another type is rejected', async () => {
    assert.equal(verifiedRecordSequence(await seal({ signer: other }), idOf(key)), undefined)
    assert.equal(verifiedRecordSequence(await seal({ domain: 'libp2p-routing-state' }), idOf(key)), undefined)
    assert.equal(verifiedRecordSequence(await seal({ payloadType: Uint8Array.of(3, 2) }), idOf(key)), undefined)
  })

  test('a record with any byte changed never gives another sequence number', async () => {
    const envelope = await seal()

    fc.assert(fc.property(fc.nat(envelope.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const changed = Uint8Array.from(envelope)
      changed[at] = byte
      assert.ok([undefined, SEQUENCE].includes(verifiedRecordSequence(changed, idOf(key))))
    }), { numRuns: 300 })
  })

  test('arbitrary bytes are rejected without throwing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(verifiedRecordSequence(bytes, nobodyId(1)), undefined)
    }))
  })
})

function idOf (key: PrivateKey): Uint8Array {
  const message = publicKeyToProtobuf(key.publicKey)

  return Uint8Array.from([0x00, message.length, ...message])
}

function varint64 (value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value

  for (; rest > 0x7fn; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
  }

  return Uint8Array.from([...bytes, Number(rest)])
}
