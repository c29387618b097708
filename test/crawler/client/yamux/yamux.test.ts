import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import fc from 'fast-check'
import { SendBuffer } from '../../../../crawler/client/stream/send-buffer.ts'
import { FLAG, INITIAL_WINDOW, TYPE } from '../../../../crawler/client/yamux/yamux-frame.ts'
import { Yamux } from '../../../../crawler/client/yamux/yamux.ts'
import { concatBytes } from '../../../../crawler/wire/bytes.ts'
import { isFault, mayFault, piecesOf } from '../../../support/client/expect-fault.ts'
import { framesIn, header } from '../../../support/client/scripted-peer.ts'
import { until } from '../../../support/until.ts'
import type { StreamHandler, YamuxStream } from '../../../../crawler/client/yamux/yamux-stream.ts'

/** A reader that records all events of its stream. */
class Recorder implements StreamHandler {
  readonly events: string[] = []
  readonly bytes: Uint8Array[] = []

  onData (bytes: Uint8Array): void {
    this.bytes.push(bytes.slice())
  }

  onEnd (): void {
    this.events.push('end')
  }

  onReset (): void {
    this.events.push('reset')
  }
}

/** A session whose remote is the test. */
function openSession (): { mux: Yamux, out: SendBuffer, accepted: { stream: YamuxStream, recorder: Recorder }[], goAways: number[] } {
  const out = new SendBuffer(1_000_000, () => undefined)
  const accepted: { stream: YamuxStream, recorder: Recorder }[] = []
  const goAways: number[] = []
  const mux = new Yamux(out, {
    onStream (stream) {
      const recorder = new Recorder()
      accepted.push({ stream, recorder })

      return recorder
    },
    onGoAway: code => goAways.push(code)
  })

  return { mux, out, accepted, goAways }
}

const data = (stream: number, body: Uint8Array, flags = 0): Uint8Array => concatBytes([header(TYPE.data, flags, stream, body.length), body])

suite('Yamux', () => {
  test('gives its streams odd ids and delivers the data of each, however the bytes are cut', () => {
    for (const size of [1, 5, 11, 12, 13, 24, 1_000]) {
      const { mux } = openSession()
      const [a, b] = [new Recorder(), new Recorder()]
      assert.deepEqual([mux.open(a).id, mux.open(b).id], [1, 3])
      const wire = concatBytes([data(3, Buffer.from('to b'), FLAG.ack), data(1, Buffer.from('to a')), data(3, Buffer.from('!'), FLAG.fin), header(TYPE.windowUpdate, FLAG.rst, 1, 0)])
      piecesOf(wire, size).forEach((piece) => {
        mux.feed(piece)
      })

      assert.equal(Buffer.concat(a.bytes).toString(), 'to a')
      assert.equal(Buffer.concat(b.bytes).toString(), 'to b!')
      assert.deepEqual([a.events, b.events], [['reset'], ['end']])
    }
  })

  test('answers a ping with the same value, and does not answer an answer', () => {
    const { mux, out } = openSession()
    mux.feed(concatBytes([header(TYPE.ping, FLAG.syn, 0, 77), header(TYPE.ping, FLAG.ack, 0, 78)]))

    assert.deepEqual(framesIn(out.take()).map(({ type, flags, length }) => [type, flags, length]), [[TYPE.ping, FLAG.ack, 77]])
  })

  test('reports go-away', () => {
    const { mux, goAways } = openSession()
    mux.feed(header(TYPE.goAway, 0, 0, 2))

    assert.deepEqual(goAways, [2])
  })

  test('accepts a stream of the remote and acknowledges it with the first frame', () => {
    const { mux, out, accepted } = openSession()
    mux.feed(data(2, Buffer.from('hi'), FLAG.syn))
    accepted[0]?.stream.send(Buffer.from('ho'))

    assert.equal(Buffer.concat(accepted[0]?.recorder.bytes ?? []).toString(), 'hi')
    assert.deepEqual(framesIn(out.take()).map(({ flags, stream }) => [flags, stream]), [[FLAG.ack, 2]])
  })

  test('accepts a stream that a window update opens, and uses that window', () => {
    const { mux, out, accepted } = openSession()
    mux.feed(header(TYPE.windowUpdate, FLAG.syn, 2, 1_000))
    accepted[0]?.stream.send(new Uint8Array(INITIAL_WINDOW + 1_000))

    assert.equal(framesIn(out.take())[0]?.length, INITIAL_WINDOW + 1_000)
  })

  test('resets streams of the remote beyond 32 at a time', () => {
    const { mux, out, accepted } = openSession()
    mux.feed(concatBytes(Array.from({ length: 40 }, (_, i) => header(TYPE.windowUpdate, FLAG.syn, 2 + 2 * i, 0))))
    assert.equal(accepted.length, 32)
    assert.deepEqual(framesIn(out.take()).map(({ flags }) => flags), Array(8).fill(FLAG.ack | FLAG.rst))

    accepted[0]?.stream.reset()
    mux.feed(header(TYPE.windowUpdate, FLAG.syn, 100, 0))
    assert.equal(accepted.length, 33)
  })

  test('rejects too many streams', () => {
    const { mux, accepted } = openSession()

    assert.throws(() => {
      for (let i = 0; i < 2_000; i++) {
        mux.feed(header(TYPE.windowUpdate, FLAG.syn, 2 + 2 * i, 0))
        accepted.at(-1)?.stream.reset()
      }
    }, isFault('limit-exceeded'))
  })

  test('ignores frames for closed streams, and rejects too many of them', () => {
    const { mux } = openSession()
    mux.feed(data(1, Buffer.from('late')))
    mux.feed(data(9, Buffer.from('never opened'), FLAG.fin))

    assert.throws(() => {
      for (let i = 0; i < 2_000; i++) {
        mux.feed(header(TYPE.windowUpdate, 0, 1, 1))
      }
    }, isFault('protocol-error'))
  })

  test('rejects too many pings', () => {
    const { mux, out } = openSession()
    const pings = concatBytes(Array.from({ length: 1_000 }, () => header(TYPE.ping, FLAG.syn, 0, 1)))

    assert.throws(() => {
      for (let i = 0; i < 200; i++) {
        mux.feed(pings)
        out.take()
      }
    }, isFault('protocol-error'))
  })

  const breaches: [string, Uint8Array][] = [
    ['another version', Uint8Array.of(1, ...header(TYPE.ping, FLAG.syn, 0, 1).subarray(1))],
    ['an unknown type', header(4, 0, 0, 0)],
    ['data for the session', data(0, Uint8Array.of(1))],
    ['a frame larger than any window', header(TYPE.data, 0, 1, INITIAL_WINDOW + 1)],
    ['a stream numbered as ours', header(TYPE.windowUpdate, FLAG.syn, 5, 0)],
    ['a stream opened twice', concatBytes([header(TYPE.windowUpdate, FLAG.syn, 2, 0), header(TYPE.windowUpdate, FLAG.syn, 2, 0)])],
    ['data beyond the window', concatBytes([data(1, new Uint8Array(INITIAL_WINDOW)), data(1, Uint8Array.of(1))])],
    ['data after the end', concatBytes([data(1, Uint8Array.of(1), FLAG.fin), data(1, Uint8Array.of(1))])]
  ]

  for (const [name, bytes] of breaches) {
    test(`ends with ${name}`, () => {
      const { mux } = openSession()
      mux.open(new Recorder()).send(Uint8Array.of(1))

      assert.throws(() => {
        mux.feed(bytes)
      }, isFault('protocol-error'))
    })
  }

  test('delivers nothing to a stream that its reader reset, and continues with the others', () => {
    const { mux } = openSession()
    const [a, b] = [new Recorder(), new Recorder()]
    const stream = mux.open(a)
    mux.open(b)
    mux.feed(header(TYPE.data, 0, 1, 100))
    mux.feed(new Uint8Array(40))
    stream.reset()
    mux.feed(new Uint8Array(60))
    mux.feed(data(3, Buffer.from('b')))

    assert.equal(Buffer.concat(a.bytes).length, 40)
    assert.equal(Buffer.concat(b.bytes).toString(), 'b')
  })

  test('reads nothing after it was stopped', () => {
    const { mux } = openSession()
    const recorder = new Recorder()
    mux.open(recorder)
    mux.stop()
    mux.feed(data(1, Uint8Array.of(1)))

    assert.deepEqual(recorder.bytes, [])
  })

  test('throws only peer faults for arbitrary bytes in any pieces', () => {
    const length = fc.oneof(fc.nat(40), fc.nat(0xffff_ffff))
    const frame = fc.tuple(fc.nat(4), fc.nat(15), fc.nat(8), length).map(([type, flags, stream, size]) => header(type, flags, stream, size))

    fc.assert(fc.property(fc.array(fc.oneof(frame, fc.uint8Array({ maxLength: 50 })), { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (parts, size) => {
      const { mux } = openSession()
      mux.open(new Recorder()).send(Uint8Array.of(1))
      mayFault(() => {
        piecesOf(concatBytes(parts), size).forEach((piece) => {
          mux.feed(piece)
        })
      })
    }), { numRuns: 300 })
  })

  test('works with @libp2p/yamux: streams in both directions, more than a window each way, and ends', async () => {
    const [ours, theirs] = multiaddrConnectionPair()
    const { mux, out, accepted } = openSession()
    const flush = (): void => {
      ours.send(out.take().slice())
    }
    ours.addEventListener('message', ({ data: bytes }) => {
      mux.feed(bytes.subarray())
      flush()
    })
    const remote = yamux({ enableKeepAlive: false })().createStreamMuxer(theirs)
    remote.addEventListener('stream', ({ detail: stream }) => {
      stream.addEventListener('message', ({ data: bytes }) => {
        stream.send(bytes)
      })
      stream.addEventListener('remoteCloseWrite', () => {
        void stream.close()
      })
    })

    const sent = new Uint8Array(INITIAL_WINDOW + 50_000).map((_, i) => i % 253)
    const recorder = new Recorder()
    const stream = mux.open(recorder)
    const onData = recorder.onData.bind(recorder)
    recorder.onData = (bytes) => {
      onData(bytes)
      stream.release(bytes.length)
    }
    stream.send(sent)
    stream.end()
    flush()
    await until('the echo ends', () => recorder.events.includes('end'))
    assert.deepEqual(Buffer.concat(recorder.bytes), Buffer.from(sent))

    const inbound = await remote.createStream()
    inbound.send(Buffer.from('from them'))
    await until('their stream comes', () => accepted[0]?.recorder.bytes.length === 1)
    remote.abort(new Error('done'))
  })
})
