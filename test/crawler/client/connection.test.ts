import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ProtocolStream } from '../../../crawler/client/protocol-stream.ts'
import { encodeLine, HEADER, Proposal } from '../../../crawler/client/stream/multistream.ts'
import { FLAG, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { isFault, mayFault } from '../../support/client/expect-fault.ts'
import { HOST, MemoryWire } from '../../support/client/memory-wire.ts'
import { serve } from '../../support/client/scripted-peer.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Connection } from '../../../crawler/client/connection.ts'
import type { PeerScript, ReceivedFrame } from '../../support/client/scripted-peer.ts'

type PartialScript = Partial<PeerScript>

const KEY = createTestKey()
const ECHO = new Proposal('/echo')
const signal = new AbortController().signal
const echo = serve({ '/echo': (request, reply) => {
  reply(request)
} })

/** A stream that sends `hello` as soon as the remote has proved its identity. */
function askingStream (): { stream: ProtocolStream, onSecured: (connection: Connection) => void } {
  const stream = new ProtocolStream(ECHO, () => undefined)

  return {
    stream,
    onSecured (connection) {
      stream.send(Buffer.from('hello'))
      stream.attach(connection.streams)
    }
  }
}

suite('Connection', () => {
  const shapes = [
    { name: 'early muxer', muxers: ['/yamux/1.0.0'], isOptimistic: true },
    { name: 'late muxer', muxers: [], isOptimistic: true },
    { name: 'late muxer after others that we do not speak', muxers: ['/mplex/6.7.0'], isOptimistic: true },
    { name: 'no optimism', muxers: ['/yamux/1.0.0'], isOptimistic: false },
    { name: 'no optimism, late muxer', muxers: [], isOptimistic: false }
  ]

  for (const { name, muxers, isOptimistic } of shapes) {
    for (const size of [1, 2, 7, 65_536]) {
      test(`opens a stream and reads its answer: ${name}, in pieces of ${String(size)}`, async () => {
        const { stream, onSecured } = askingStream()
        const wire = new MemoryWire({ key: KEY, muxers, onFrame: echo }, { isOptimistic, onSecured })
        wire.connection.start()
        wire.run(size)

        assert.equal(await stream.isSelected(signal), true)
        assert.equal(Buffer.from(await stream.read(signal) ?? []).toString(), 'hello')
        assert.equal(wire.connection.phase, 'secured')
      })
    }
  }

  test('writes twice until its first answer: the handshake, then message C with the streams', () => {
    const { onSecured } = askingStream()
    const wire = new MemoryWire({ key: KEY, onFrame: echo }, { onSecured })
    wire.connection.start()
    wire.run()

    assert.equal(wire.writes.length, 2)
  })

  test('sends its handshake only after the agreement when it is not optimistic', () => {
    const wire = new MemoryWire({ key: KEY }, { isOptimistic: false })
    wire.connection.start()
    wire.run()

    assert.deepEqual(wire.writes.slice(0, 2).map(({ length }) => length), [concatBytes([HEADER, encodeLine('/noise')]).length, 34])
  })

  test('answers the remote\'s identify and ping, and refuses its other streams', () => {
    const frames: ReceivedFrame[] = []
    const wire = new MemoryWire({
      key: KEY,
      onSecured (peer) {
        ['/ipfs/id/1.0.0', '/ipfs/ping/1.0.0', '/ipfs/kad/1.0.0'].forEach((protocol, i) => {
          peer.data(2 + 2 * i, concatBytes([HEADER, encodeLine(protocol), new Uint8Array(protocol.includes('ping') ? 32 : 0)]), FLAG.syn)
        })
      },
      onFrame: frame => frames.push(frame)
    })
    wire.connection.start()
    wire.run()
    const textOf = (id: number): string => Buffer.concat(frames.filter(({ stream }) => stream === id).map(({ body }) => body)).toString('latin1')

    assert.ok(textOf(2).endsWith(Buffer.from(HOST.identifyReply).toString('latin1')))
    assert.ok(textOf(4).endsWith('\0'.repeat(32)))
    assert.ok(textOf(6).endsWith('\x03na\n'))
  })

  test('reports that the remote refuses Noise, and that it supports multistream', () => {
    const wire = new MemoryWire({ key: KEY, securities: ['/tls/1.0.0'] })
    wire.connection.start()

    assert.throws(() => {
      wire.connection.feed(concatBytes([HEADER, encodeLine('na')]))
    }, isFault('security-unsupported'))
    assert.equal(wire.connection.isMultistream, true)
  })

  test('reports that the remote refuses yamux', () => {
    const wire = new MemoryWire({ key: KEY, muxers: [], lateMuxers: [], onFrame: echo }, askingStream())
    wire.connection.start()

    assert.throws(() => {
      wire.run()
    }, err => isFault('no-muxer')(err))
  })

  test('is secured only with the expected peer', () => {
    const wire = new MemoryWire({ key: { ...KEY, id: createTestKey().id } })
    wire.connection.start()

    assert.throws(() => {
      wire.run()
    }, isFault('peer-id-mismatch'))
    assert.deepEqual(wire.events, [])
  })

  const breaches: { name: string, outcome: Outcome, script: PartialScript }[] = [
    { name: 'a handshake message over the limit', outcome: 'protocol-error', script: { messageB: () => new Uint8Array(9_000) } },
    { name: 'a handshake of garbage', outcome: 'handshake-failed', script: { messageB: honest => honest.fill(7) } },
    {
      name: 'a Noise frame of garbage',
      outcome: 'protocol-error',
      script: {
        onSecured (peer) {
          peer.raw(Uint8Array.of(0, 20, ...new Uint8Array(20)))
        }
      }
    },
    {
      name: 'a yamux frame of another version',
      outcome: 'protocol-error',
      script: {
        onSecured (peer) {
          peer.plain(new Uint8Array(12).fill(1))
        }
      }
    },
    {
      name: 'more bytes than a visit reads',
      outcome: 'limit-exceeded',
      script: {
        onSecured (peer) {
          for (let i = 0; i < 150; i++) {
            peer.data(1, new Uint8Array(60_000))
          }
        }
      }
    }
  ]

  for (const { name, outcome, script } of breaches) {
    test(`ends with ${name}`, () => {
      const wire = new MemoryWire({ key: KEY, ...script })
      wire.connection.start()

      assert.throws(() => {
        wire.run()
      }, isFault(outcome))
    })
  }

  test('delivers nothing after it was stopped', () => {
    const { stream, onSecured } = askingStream()
    const wire = new MemoryWire({ key: KEY, onFrame: echo }, { onSecured (connection) {
      onSecured(connection)
      connection.stop()
    } })
    wire.connection.start()
    wire.run()
    stream.onEnd()

    return assert.rejects(async () => await stream.isSelected(signal), isFault('reset'))
  })

  test('throws only peer faults, for arbitrary bytes at any stage', () => {
    const stages: PartialScript[] = [
      {},
      { messageB: () => new Uint8Array(100) },
      { onSecured: (peer) => { peer.control(TYPE.ping, FLAG.syn, 0, 1) } }
    ]

    fc.assert(fc.property(fc.constantFrom(...stages), fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 30 }), (script, bytes, size) => {
      const wire = new MemoryWire({ key: KEY, ...script }, askingStream())
      mayFault(() => {
        wire.connection.start()
        wire.feed(concatBytes([HEADER, encodeLine('/noise')]), 50)
        wire.feed(bytes, size)
      })
      mayFault(() => {
        const secured = new MemoryWire({ key: KEY, ...script, onSecured (peer) {
          peer.plain(bytes)
          peer.raw(bytes)
        } })
        secured.connection.start()
        secured.run(size)
      })
    }), { numRuns: 60 })
  })
})
