// Sessions over connections of real nodes: what a remote sends is used, and no stream is left, whatever the remote does.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../../core/defined.ts'
import { systemClock } from '../../../../core/time/clock.ts'
import { IDENTIFY_PROTOCOL } from '../../../../crawler/identify/identify-message.ts'
import { Libp2pSession } from '../../../../crawler/passive/connection/libp2p-session.ts'
import { identifyBytesOf } from '../../../support/client/identify-bytes-of.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { connectingPeer } from '../../../support/libp2p/connecting-peer.ts'
import { identifyBytes } from '../../../support/network/scripted-session.ts'
import { until } from '../../../support/until.ts'
import type { ConnectingPeer } from '../../../support/libp2p/connecting-peer.ts'
import type { Connection, Stream } from '@libp2p/interface'

const KAD = '/a/kad'
const MESSAGE = identifyBytes('agent/1', [])
const NOTHING = new Uint8Array(0)
const LIMIT_MS = 20_000
const LISTEN = { 'tcp': '/ip4/127.0.0.1/tcp/0', 'ws': '/ip4/127.0.0.1/tcp/0/ws', 'quic-v1': '/ip4/127.0.0.1/udp/0/quic-v1' } as const

interface Rig extends AsyncDisposable { remote: ConnectingPeer, connection: Connection, session: Libp2pSession, signal: AbortSignal }

/** A session with a peer that serves these protocols. */
async function open (serve: Record<string, (stream: Stream) => void>, transport: keyof typeof LISTEN = 'tcp'): Promise<Rig> {
  await using stack = new AsyncDisposableStack()
  const remote = stack.use(await connectingPeer({ listen: [LISTEN[transport]], identifies: false }))
  const us = stack.use(await connectingPeer({ identifies: false }))

  for (const [protocol, handler] of Object.entries(serve)) {
    await remote.handle(protocol, handler)
  }

  const connection = await us.dial(remote.getMultiaddrs())
  const session = new Libp2pSession(connection, systemClock, undefined)
  const held = stack.move()

  return { remote, connection, session, signal: AbortSignal.timeout(LIMIT_MS), [Symbol.asyncDispose]: async () => {
    await held.disposeAsync()
  } }
}

/** Waits until neither end has a stream. */
async function expectNoStreams ({ remote, connection }: Rig): Promise<void> {
  await until('no stream is left', () => connection.streams.length === 0 && remote.getConnections().every(({ streams }) => streams.length === 0))
}

const reset = (stream: Stream): void => {
  stream.abort(new Error('over'))
}

const endings: Record<string, (stream: Stream) => void> = {
  'ends the stream': stream => void stream.close(),
  'says no more': () => undefined,
  'resets the stream at once': reset,
  'resets the stream later': stream => setTimeout(reset, 50, stream)
}

suite('Libp2pSession', { concurrency: 4 }, () => {
  for (const transport of ['tcp', 'ws'] as const) {
    for (const [what, end] of Object.entries(endings)) {
      test(`over ${transport}, uses the identify of a remote that then ${what}, and leaves no stream`, async () => {
        await using rig = await open({ [IDENTIFY_PROTOCOL]: (stream) => {
          stream.send(MESSAGE)
          end(stream)
        } }, transport)

        assert.deepEqual(Buffer.from(await identifyBytesOf(rig.session, rig.signal)), Buffer.from(MESSAGE))
        await expectNoStreams(rig)
      })
    }
  }

  test('over QUIC, uses the bytes that arrived, and leaves no stream', async () => {
    for (const end of [endings['ends the stream']!, endings['says no more']!, endings['resets the stream later']!]) {
      await using rig = await open({ [IDENTIFY_PROTOCOL]: (stream) => {
        stream.send(MESSAGE)
        end(stream)
      } }, 'quic-v1')

      assert.deepEqual(Buffer.from(await identifyBytesOf(rig.session, rig.signal)), Buffer.from(MESSAGE))
      assert.equal(rig.connection.streams.length, 0)
    }
  })

  test('uses complete messages when the connection is cut', async () => {
    await using rig = await open({ [IDENTIFY_PROTOCOL]: (stream) => {
      stream.send(MESSAGE)
      setTimeout(() => {
        rig.remote.getConnections().forEach((connection) => {
          connection.abort(new Error('cut'))
        })
      }, 50)
    } })

    assert.deepEqual(Buffer.from(await identifyBytesOf(rig.session, rig.signal)), Buffer.from(MESSAGE))
  })

  test('reports its connection, and the round trip of opening a stream', async () => {
    for (const [transport, negotiated] of [['tcp', true], ['ws', true], ['quic-v1', false]] as const) {
      await using rig = await open({ [KAD]: () => undefined }, transport)
      using stream = await rig.session.openQueries(['/none', KAD], NOTHING, rig.signal)

      assert.equal(stream?.protocol, KAD)
      assert.deepEqual(rig.session.connection, { transport, ...defined({ security: negotiated ? '/noise' : undefined, muxer: negotiated ? '/yamux/1.0.0' : undefined }), limited: false })
      assert.deepEqual(Buffer.from(rig.session.address), Buffer.from(rig.connection.remoteAddr.decapsulateCode(421).bytes))
      assert.ok((rig.session.latency?.ms ?? 0) > 0)
    }
  })

  test('sends the first requests with the proposal, and later ones', async () => {
    await using rig = await open({ [KAD]: (stream) => {
      stream.addEventListener('message', ({ data }) => {
        stream.send(data)
      })
    } })
    using stream = await rig.session.openQueries([KAD], Buffer.from('first'), rig.signal)
    assert.equal(Buffer.from(await stream?.read(rig.signal) ?? []).toString(), 'first')
    stream?.send(Buffer.from('second'))

    assert.equal(Buffer.from(await stream?.read(rig.signal) ?? []).toString(), 'second')
  })

  test('leaves no stream if the remote refuses, resets or stays silent, or the visit is aborted', async () => {
    await using rig = await open({ '/reset': reset, '/silent': () => undefined })
    const { session, signal } = rig
    assert.equal(await session.openQueries(['/a', '/b'], NOTHING, signal), undefined)
    await assert.rejects(session.openIdentify(signal), { message: 'the remote refuses identify' })
    {
      using stream = await session.openQueries(['/reset'], NOTHING, signal)
      await assert.rejects(stream!.read(signal), { code: 'PP_PEER_FAULT', message: 'the remote reset a stream' })
    }
    {
      using stream = await session.openQueries(['/silent'], NOTHING, signal)
      const stop = new AbortController()
      const reading = stream!.read(stop.signal)
      stop.abort(new RangeError('enough'))
      await assert.rejects(reading)
    }
    const given = new AbortController()
    const opening = session.openQueries(['/silent'], NOTHING, given.signal)
    given.abort(new RangeError('enough'))
    await assert.rejects(opening)
    await expectNoStreams(rig)
  })

  test('fails if the connection has ended, and measures nothing then', async () => {
    await using rig = await open({})
    const session = new Libp2pSession(rig.connection, new FakeClock(), { ms: 30, errorMs: 1 })
    session[Symbol.dispose]()

    await assert.rejects(session.openIdentify(rig.signal))
    await assert.rejects(session.openQueries([KAD], NOTHING, rig.signal))
    assert.equal(session.latency?.ms, 30)
    assert.equal(rig.connection.status, 'aborted')
  })
})
