import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Multiplexer } from '../../../crawler/client/multiplexer.ts'
import { ProtocolStream } from '../../../crawler/client/protocol-stream.ts'
import { encodeLine, HEADER, Proposal, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { isFault } from '../../support/client/expect-fault.ts'

const ASK = new Proposal('/ask')
const YAMUX = encodeLine('/yamux/1.0.0')
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1')

function multiplexer (): { streams: Multiplexer, waits: () => number } {
  let waits = 0
  const streams = new Multiplexer(Buffer.from('us'), () => {
    waits++
  })

  return { streams, waits: () => waits }
}

suite('Multiplexer', () => {
  test('sends a stream directly if yamux is agreed', () => {
    const { streams, waits } = multiplexer()
    streams.start(true)
    assert.equal(streams.take(), undefined)
    new ProtocolStream(ASK, () => undefined).attach(streams)

    assert.equal(waits(), 1)
    assert.match(textOf(streams.take()), /^\0\0\0\x01\0\0\0\x01.*\/ask\n$/s)
    assert.equal(streams.take(), undefined)
  })

  test('otherwise proposes yamux first, and sends streams without waiting', () => {
    const { streams } = multiplexer()
    streams.start(false)
    new ProtocolStream(ASK, () => undefined).attach(streams)

    assert.match(textOf(streams.take()), /^\x13\/multistream\/1\.0\.0\n\r\/yamux\/1\.0\.0\n\0\0\0\x01.*\/ask\n$/s)
  })

  test('reads the answer in pieces, and frames right after it', () => {
    const { streams } = multiplexer()
    streams.start(false)
    streams.take()
    const ping = Buffer.from('000200010000000000000007', 'hex')

    for (const byte of concatBytes([HEADER, YAMUX, ping])) {
      streams.feed(Uint8Array.of(byte))
    }

    assert.equal(Buffer.from(streams.take() ?? []).toString('hex'), '000200020000000000000007')
  })

  test('fails if a remote refuses yamux', () => {
    const { streams } = multiplexer()
    streams.start(false)

    assert.throws(() => {
      streams.feed(concatBytes([HEADER, REFUSAL]))
    }, isFault('no-muxer'))
  })

  test('reads nothing once stopped', () => {
    const { streams } = multiplexer()
    streams.start(true)
    streams.stop()
    streams.feed(Buffer.from('ff02000100000000000000070000', 'hex'))

    assert.deepEqual([streams.isStopped, streams.take()], [true, undefined])
  })
})
