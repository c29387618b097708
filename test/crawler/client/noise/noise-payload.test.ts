import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { encodeNoisePayload, parseNoisePayload, signedBytes } from '../../../../crawler/client/noise/noise-payload.ts'
import { HostKey } from '../../../../crawler/peer/host-key.ts'
import { ProtobufWriter } from '../../../../crawler/wire/protobuf.ts'
import { isFault, mayFault } from '../../../support/client/expect-fault.ts'

const STATIC_KEY = new Uint8Array(32).fill(3)

suite('Noise payload', () => {
  test('contains key, signature and muxers', () => {
    const key = HostKey.generate()
    const parsed = parseNoisePayload(encodeNoisePayload(key, STATIC_KEY, ['/yamux/1.0.0', '/mplex/6.7.0']))

    assert.deepEqual(Buffer.from(parsed.keyMessage), Buffer.from(key.message))
    assert.deepEqual(Buffer.from(parsed.signature), key.sign(signedBytes(STATIC_KEY)))
    assert.deepEqual(parsed.muxers, ['/yamux/1.0.0', '/mplex/6.7.0'])
  })

  test('has no muxer list without muxers, and skips unknown fields', () => {
    const bytes = new ProtobufWriter().bytes(1, Uint8Array.of(1)).bytes(2, Uint8Array.of(2)).number(3, 7).bytes(9, Uint8Array.of(9)).finish()

    assert.deepEqual(parseNoisePayload(bytes), { keyMessage: Uint8Array.of(1), signature: Uint8Array.of(2), muxers: [] })
  })

  test('reads a bounded number of muxers', () => {
    const extensions = new ProtobufWriter()
    Array.from({ length: 500 }, () => extensions.text(2, '/m'))
    const bytes = new ProtobufWriter().bytes(1, Uint8Array.of(1)).bytes(2, Uint8Array.of(2)).bytes(4, extensions.finish()).finish()

    assert.equal(parseNoisePayload(bytes).muxers.length, 16)
  })

  test('without key or signature, or truncated, is a failed handshake', () => {
    const key = new ProtobufWriter().bytes(1, Uint8Array.of(1)).finish()
    const signature = new ProtobufWriter().bytes(2, Uint8Array.of(2)).finish()

    for (const bytes of [key, signature, new Uint8Array(0), Uint8Array.of(10, 200), Uint8Array.of(10, 1, 1, 18, 5, 1)]) {
      assert.throws(() => parseNoisePayload(bytes), isFault('handshake-failed'))
    }
  })

  test('of arbitrary bytes is a payload or a failed handshake', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      mayFault(() => parseNoisePayload(bytes))
    }))
  })
})
