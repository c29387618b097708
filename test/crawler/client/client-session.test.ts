import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { tcpCarrier } from '../../../crawler/client/carrier/tcp-carrier.ts'
import { ClientSession } from '../../../crawler/client/client-session.ts'
import { NoiseLink } from '../../../crawler/client/noise-link.ts'
import { Proposal } from '../../../crawler/client/stream/multistream.ts'
import { FLAG } from '../../../crawler/client/yamux/yamux-frame.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { identifyBytesOf } from '../../support/client/identify-bytes-of.ts'
import { HOST } from '../../support/client/memory-wire.ts'
import { serve } from '../../support/client/scripted-peer.ts'
import { ScriptedServer, playOn } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { until } from '../../support/until.ts'
import type { PeerScript } from '../../support/client/scripted-peer.ts'

const KEY = createTestKey()
const NOTHING = new Uint8Array(0)
const signal = new AbortController().signal
const VIA = { transport: 'tcp', limited: false } as const
const identifies = (text: string): NonNullable<PeerScript['onFrame']> => serve({ [IDENTIFY_PROTOCOL]: (_, reply) => {
  reply(Buffer.from(text), FLAG.fin)
} })

async function openLink (port: number, linkSignal = signal): Promise<NoiseLink> {
  const link = NoiseLink.start({ clock: systemClock, host: HOST }, { peerId: KEY.id, isOptimistic: true }, { open: tcpCarrier({ ip: '127.0.0.1', port }) })
  await link.secured(linkSignal)

  return link
}

/** A session with the peer on `port`, which waits by `clock`. */
async function openSession (port: number, clock = new FakeClock()): Promise<ClientSession> {
  const redial = async (redialSignal: AbortSignal): Promise<NoiseLink> => await openLink(port, redialSignal)

  return new ClientSession({ via: VIA, clock, random: () => 1, redial, proposalOf: protocol => new Proposal(protocol) }, await redial(signal))
}

/** A server that closes the first `closes` connections as soon as they are secured, and serves `script` on the others. */
async function openMoodyServer (closes: number, script: Partial<PeerScript>): Promise<ScriptedServer> {
  return await ScriptedServer.open((socket, count) => {
    playOn(socket, count > closes ? { key: KEY, ...script } : { key: KEY, onSecured: () => socket.destroy() })
  })
}

/** Advances the clock until `promise` settles: each wait ends as soon as it begins. */
async function passTime<T> (clock: FakeClock, promise: Promise<T>): Promise<T> {
  let isSettled = false
  const onSettled = (): void => {
    isSettled = true
  }
  promise.then(onSettled, onSettled)
  await until('the session settles', async () => {
    await clock.advance(400)

    return isSettled
  }, 5_000)

  return await promise
}

suite('ClientSession', () => {
  test('reads identify to its end, in any number of messages', async () => {
    await using server = await ScriptedServer.play({ key: KEY, onFrame: identifies('one, two') })
    using session = await openSession(server.port)

    assert.equal(Buffer.from(await identifyBytesOf(session, signal)).toString(), 'one, two')
    assert.deepEqual(session.connection, { transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false })
    assert.ok(session.latency !== undefined)
  })

  test('fails if identify is refused', async () => {
    await using refusing = await ScriptedServer.play({ key: KEY, onFrame: serve({}) })
    using refused = await openSession(refusing.port)
    await assert.rejects(identifyBytesOf(refused, signal), isFault('protocol-error'))
  })

  test('opens the first protocol that the remote supports, with the first requests', async () => {
    const echo = serve({ '/second': (request, reply) => {
      if (request.length > 0) {
        reply(request)
      }
    } })
    await using server = await ScriptedServer.play({ key: KEY, onFrame: echo })
    using session = await openSession(server.port)
    const stream = await session.openQueries(['/first', '/second'], Buffer.from('asked at once'), signal)

    assert.equal(stream?.protocol, '/second')
    assert.equal(Buffer.from(await stream.read(signal) ?? []).toString(), 'asked at once')
    stream.send(Buffer.from('asked later'))
    assert.equal(Buffer.from(await stream.read(signal) ?? []).toString(), 'asked later')
  })

  test('opens nothing if the remote supports none of the protocols', async () => {
    await using server = await ScriptedServer.play({ key: KEY, onFrame: serve({}) })
    using session = await openSession(server.port)

    assert.equal(await session.openQueries(['/first', '/second'], NOTHING, signal), undefined)
  })

  for (const closes of [1, 4]) {
    test(`dials again when the remote closes before any answer, ${String(closes)} times`, async () => {
      const clock = new FakeClock()
      await using server = await openMoodyServer(closes, { onFrame: identifies('here') })
      using session = await openSession(server.port, clock)

      assert.equal(Buffer.from(await passTime(clock, identifyBytesOf(session, signal))).toString(), 'here')
      assert.equal(server.sockets.length, closes + 1)
    })
  }

  test('gives up after four redials, also for later callers', async () => {
    const clock = new FakeClock()
    await using server = await openMoodyServer(99, {})
    using session = await openSession(server.port, clock)

    await assert.rejects(passTime(clock, identifyBytesOf(session, signal)), isFault('reset'))
    await assert.rejects(session.openQueries(['/x'], NOTHING, signal), isFault('reset'))
    assert.equal(server.sockets.length, 5)
  })

  test('treats a close after the first answer as final', async () => {
    await using server = await ScriptedServer.open((socket) => {
      playOn(socket, { key: KEY, onFrame (frame, peer) {
        peer.data(frame.stream, Uint8Array.of(0x13), FLAG.ack)
        socket.end()
      } })
    })
    using session = await openSession(server.port)

    await assert.rejects(session.openQueries(['/x'], NOTHING, signal), isFault('reset'))
    assert.equal(server.sockets.length, 1)
  })

  test('does not dial again for another fault, or when another peer answers', async () => {
    const clock = new FakeClock()
    await using garbling = await ScriptedServer.play({ key: KEY, onSecured (peer) {
      peer.raw(new Uint8Array(100))
    } })
    using garbled = await openSession(garbling.port, clock)
    await assert.rejects(passTime(clock, identifyBytesOf(garbled, signal)), isFault('protocol-error'))
    assert.equal(garbling.sockets.length, 1)

    await using server = await openMoodyServer(1, { key: createTestKey() })
    using session = await openSession(server.port, clock)
    await assert.rejects(passTime(clock, identifyBytesOf(session, signal)), isFault('reset'))
    assert.equal(server.sockets.length, 2)
  })

  test('when closed before a redial, rejects the waiting callers and dials nothing', async () => {
    const clock = new FakeClock()
    await using server = await openMoodyServer(1, { onFrame: identifies('here') })
    const session = await openSession(server.port, clock)
    const identify = identifyBytesOf(session, signal)
    await until('the session waits', () => clock.pending === 1)
    session[Symbol.dispose]()

    await assert.rejects(identify, isFault('aborted'))
    await until('the wait is over', () => clock.pending === 0)
    assert.equal(server.sockets.length, 1)
  })

  test('disposes of a link that is secured at the moment when the session closes', async () => {
    const clock = new FakeClock()
    await using server = await openMoodyServer(1, {})
    const first = await openLink(server.port)
    const session = new ClientSession({
      via: VIA,
      clock,
      random: () => 0,
      proposalOf: protocol => new Proposal(protocol),
      async redial () {
        const link = await openLink(server.port)
        session[Symbol.dispose]()

        return link
      }
    }, first)

    await assert.rejects(passTime(clock, identifyBytesOf(session, signal)), isFault('aborted'))
    await until('the second socket is gone', () => server.sockets.length === 2 && server.openSockets === 0)
  })

  test('leaves no socket behind', async () => {
    await using server = await ScriptedServer.play({ key: KEY, onFrame: identifies('here') })

    for (let i = 0; i < 20; i++) {
      using session = await openSession(server.port)
      await identifyBytesOf(session, signal)
    }

    await until('the sockets are gone', () => server.openSockets === 0)
    assert.equal(server.sockets.length, 20)
  })
})
