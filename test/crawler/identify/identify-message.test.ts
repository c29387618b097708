import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decodeIdentify, encodeIdentify } from '../../../crawler/identify/identify-message.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'

const ID = nobodyId(1)
const ADDRESS = Uint8Array.of(4, 127, 0, 0, 1, 6, 15, 161)

suite('identify', () => {
  test('our own message decodes to the same identity, and contains no address', () => {
    const message = encodeIdentify({ publicKey: Uint8Array.of(8, 1), protocolVersion: 'ipfs/0.1.0', agentVersion: 'peerprobe/1', protocols: ['/a', '/b'] })

    assert.deepEqual(decodeIdentify(frame(message), ID), { protocolVersion: 'ipfs/0.1.0', agentVersion: 'peerprobe/1', protocols: ['/a', '/b'], listenAddresses: [] })
  })

  test('several messages of a stream are merged: lists add up, texts are replaced', () => {
    const first = new ProtobufWriter().text(6, 'old').text(3, '/a').bytes(2, ADDRESS).finish()
    const second = new ProtobufWriter().text(6, 'new').text(3, '/a').text(3, '/b').bytes(4, ADDRESS).finish()

    assert.deepEqual(decodeIdentify(concatBytes([frame(first), frame(second)]), ID), {
      agentVersion: 'new',
      protocols: ['/a', '/b'],
      listenAddresses: [ADDRESS],
      observedAddress: ADDRESS
    })
  })

  test('a truncated second message does not affect the first', () => {
    const bytes = concatBytes([frame(new ProtobufWriter().text(6, 'kept').finish()), Uint8Array.of(100, 1, 2)])

    assert.equal(decodeIdentify(bytes, ID)?.agentVersion, 'kept')
  })

  for (const [what, bytes] of [
    ['nothing', []],
    ['half a message', [10, 1, 2]],
    ['a malformed message', [2, 0x0a, 9]],
    ['garbage', Array<number>(100).fill(0xff)]
  ] as const) {
    test(`${what} is not a valid identify`, () => {
      assert.equal(decodeIdentify(Uint8Array.from(bytes), ID), undefined)
    })
  }

  test('at most ten messages are merged', () => {
    const bytes = concatBytes(Array.from({ length: 20 }, (_, i) => frame(new ProtobufWriter().text(6, String(i)).finish())))

    assert.equal(decodeIdentify(bytes, ID)?.agentVersion, '9')
  })

  test('at most 512 protocols of at most 1,024 bytes and 256 addresses are kept', () => {
    const writer = new ProtobufWriter().text(3, 'x'.repeat(1_025)).bytes(2, new Uint8Array(1_025))

    for (let i = 0; i < 600; i++) {
      writer.text(3, `/${String(i)}`).bytes(2, ADDRESS)
    }
    const identity = decodeIdentify(frame(writer.finish()), ID)

    assert.equal(identity?.protocols.length, 512)
    assert.equal(identity.protocols[0], '/0')
    assert.equal(identity.listenAddresses.length, 256)
  })

  test('a listen address loses the /p2p that repeats the id', () => {
    const message = new ProtobufWriter().bytes(2, Uint8Array.from([...ADDRESS, 0xa5, 0x03, ID.length, ...ID])).finish()

    assert.deepEqual(decodeIdentify(frame(message), ID)?.listenAddresses, [ADDRESS])
  })

  test('an invalid signed record gives no sequence number', () => {
    const identity = decodeIdentify(frame(new ProtobufWriter().bytes(8, Uint8Array.of(1, 2, 3)).finish()), ID)

    assert.ok(identity !== undefined && !('recordSequence' in identity))
  })

  test('decoding arbitrary bytes never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      decodeIdentify(bytes, ID)
      decodeIdentify(frame(bytes), ID)
    }), { numRuns: 2_000 })
  })
})
