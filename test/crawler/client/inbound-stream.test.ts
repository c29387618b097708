import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { InboundStream, PING_PROTOCOL, SERVED_PROTOCOLS } from '../../../crawler/client/inbound-stream.ts'
import { encodeLine, HEADER, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { SendBuffer } from '../../../crawler/client/stream/send-buffer.ts'
import { FLAG } from '../../../crawler/client/yamux/yamux-frame.ts'
import { YamuxStream } from '../../../crawler/client/yamux/yamux-stream.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { piecesOf } from '../../support/client/expect-fault.ts'
import { framesIn } from '../../support/client/scripted-peer.ts'

const REPLY = Buffer.from('who we are')

/** Feeds a stream that the remote opened; returns what we sent and the flags of our last frame. */
function serveBytes (bytes: Uint8Array, size = bytes.length): { sent: Uint8Array, lastFlags: number } {
  const out = new SendBuffer(1_000_000, () => undefined)
  const handler = new InboundStream(new YamuxStream({ out, onClosed: () => undefined }, 2, FLAG.ack), REPLY)
  piecesOf(bytes, Math.max(1, size)).forEach((piece) => {
    handler.onData(piece)
  })
  const frames = framesIn(out.take())

  return { sent: concatBytes(frames.map(({ body }) => body)), lastFlags: frames.at(-1)?.flags ?? 0 }
}

suite('InboundStream', () => {
  for (const size of [1, 1_000]) {
    test(`answers identify and ends, in pieces of ${String(size)}`, () => {
      const { sent, lastFlags } = serveBytes(concatBytes([HEADER, encodeLine(IDENTIFY_PROTOCOL)]), size)

      assert.deepEqual(sent, concatBytes([HEADER, encodeLine(IDENTIFY_PROTOCOL), REPLY]))
      assert.equal(lastFlags & FLAG.fin, FLAG.fin)
    })

    test(`echoes pings, in pieces of ${String(size)}`, () => {
      const pings = Uint8Array.from({ length: 64 }, (_, i) => i)
      const { sent } = serveBytes(concatBytes([HEADER, encodeLine(PING_PROTOCOL), pings]), size)

      assert.deepEqual(sent, concatBytes([HEADER, encodeLine(PING_PROTOCOL), pings]))
    })
  }

  test('refuses every other protocol and continues', () => {
    const { sent } = serveBytes(concatBytes([HEADER, encodeLine('/ipfs/kad/1.0.0'), encodeLine(IDENTIFY_PROTOCOL)]))

    assert.deepEqual(sent, concatBytes([HEADER, REFUSAL, encodeLine(IDENTIFY_PROTOCOL), REPLY]))
    assert.equal(SERVED_PROTOCOLS.some(protocol => protocol.includes('kad')), false)
  })

  test('resets a stream with too many pings or without multistream', () => {
    assert.equal(serveBytes(concatBytes([HEADER, encodeLine(PING_PROTOCOL), new Uint8Array(5_000)])).lastFlags & FLAG.rst, FLAG.rst)
    assert.equal(serveBytes(Buffer.from('\x06hello\n!')).lastFlags & FLAG.rst, FLAG.rst)
  })

  test('never throws for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), (bytes, greets) => {
      serveBytes(greets ? concatBytes([HEADER, bytes]) : bytes)
    }))
  })
})
