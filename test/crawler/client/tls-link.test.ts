import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { ProtocolStream } from '../../../crawler/client/protocol-stream.ts'
import { encodeLine, HEADER, Proposal, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { TlsLink } from '../../../crawler/client/tls-link.ts'
import { createCertificate, createTlsContext, verifyCertificate } from '../../../crawler/client/tls/tls-certificate.ts'
import { FLAG, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { HostKey } from '../../../crawler/peer/host-key.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { serve } from '../../support/client/scripted-peer.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { createTestKey, KEY_KINDS } from '../../support/client/test-keys.ts'
import { openTlsServer } from '../../support/servers/tls-server.ts'
import { until } from '../../support/until.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Socket } from 'node:net'

const KEY = createTestKey()
const OURS = HostKey.generate()
const context = createTlsContext(OURS, Date.now())
const { signal } = new AbortController()
const ECHO = new Proposal('/echo')
const echo = serve({ '/echo': (request, reply) => {
  reply(request)
} })
const startLink = (port: number, peerId = KEY.id): TlsLink => TlsLink.start({ clock: systemClock, context, identifyReply: Buffer.from('us') }, { ip: '127.0.0.1', port, peerId })

async function echoed (link: TlsLink, text: string): Promise<string> {
  const stream = new ProtocolStream(ECHO, () => undefined)
  stream.send(Buffer.from(text))
  stream.attach(link.streams)
  assert.equal(await stream.isSelected(signal), true)
  let answer = ''

  while (answer.length < text.length) {
    answer += Buffer.from(await stream.read(signal) ?? assert.fail('ended')).toString()
  }

  return answer
}

suite('TlsLink', () => {
  for (const kind of KEY_KINDS) {
    test(`reaches a peer with an ${kind} key, which can verify our identity, and no other peer in its place`, async () => {
      const key = createTestKey(kind)
      await using server = await openTlsServer({ key, onFrame: echo })
      using link = startLink(server.port, key.id)
      await link.secured(signal)

      assert.equal(await echoed(link, 'hello'), 'hello')
      assert.ok(link.remoteKey?.verify(Buffer.from('x'), key.sign(Buffer.from('x'))))
      assert.ok((link.latency?.ms ?? -1) > 0 && (link.sinceAsked()?.ms ?? -1) >= 0)
      assert.equal(verifyCertificate(new X509Certificate(server.clients[0]!), OURS.id, Date.now()).type, 'Ed25519')
      await assert.rejects(startLink(server.port, createTestKey(kind).id).secured(signal), isFault('peer-id-mismatch'))
    })
  }

  for (const [what, alpn] of [['that knows no ALPN', []], ['that knows ALPN but no early muxer', ['libp2p']]] as const) {
    test(`negotiates yamux with a peer ${what}`, async () => {
      await using server = await openTlsServer({ key: KEY, alpn, onFrame: echo })
      using link = startLink(server.port)
      await link.secured(signal)

      assert.equal(await echoed(link, 'hello'), 'hello')
    })
  }

  test('sends more than the socket accepts at once', async () => {
    await using server = await openTlsServer({ key: KEY, onFrame: echo })
    using link = startLink(server.port)
    await link.secured(signal)
    const long = 'x'.repeat(200_000)

    assert.equal(await echoed(link, long), long)
  })

  test('reports once that the remote refuses yamux', async () => {
    await using server = await openTlsServer({ key: KEY, alpn: [], lateMuxers: [] })
    using link = startLink(server.port)
    const { promise: closed, resolve } = Promise.withResolvers<Error>()
    link.onClosed = resolve
    await link.secured(signal)

    assert.ok(isFault('no-muxer')(await closed))
  })

  test('is not secured by a certificate that proves another peer', async () => {
    const forged = createCertificate({ message: KEY.message, sign: createTestKey().sign }, Date.now())
    await using server = await openTlsServer({ key: KEY, certificate: forged })

    await assert.rejects(startLink(server.port).secured(signal), isFault('handshake-failed'))
    await until('the socket is gone', () => server.openSockets === 0)
  })

  const accept = concatBytes([HEADER, encodeLine('/tls/1.0.0')])
  const hostile: [what: string, play: (socket: Socket) => void, outcome: Outcome][] = [
    ['refuses TLS', socket => socket.write(concatBytes([HEADER, REFUSAL])), 'security-unsupported'],
    ['sends HTTP', socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'protocol-error'],
    ['closes at once', socket => socket.end(), 'reset'],
    ['resets after it agreed', (socket) => {
      socket.write(accept, () => socket.resetAndDestroy())
    }, 'reset'],
    ['sends bytes before our ClientHello', socket => socket.write(concatBytes([accept, Buffer.from('hi')])), 'handshake-failed'],
    ['answers our ClientHello with garbage', (socket) => {
      socket.write(accept)
      socket.on('data', () => socket.write(Buffer.alloc(4_096, 0x2a)))
    }, 'handshake-failed'],
    ['answers our ClientHello with an alert', (socket) => {
      socket.write(accept)
      socket.on('data', () => socket.write(Buffer.from('15030300020228', 'hex')))
    }, 'handshake-failed']
  ]

  for (const [what, play, outcome] of hostile) {
    test(`a remote that ${what} is ${outcome}`, async () => {
      await using server = await ScriptedServer.open((socket) => {
        socket.once('data', () => {
          play(socket)
        })
      })

      await assert.rejects(startLink(server.port).secured(signal), isFault(outcome))
      await until('the socket is gone', () => server.openSockets === 0)
    })
  }

  test('rejects during the handshake with the reason of the signal, and leaves neither socket nor listener', async () => {
    await using server = await ScriptedServer.open((socket) => {
      socket.resume()
      socket.write(accept)
    })
    const controller = new AbortController()
    const securing = startLink(server.port).secured(controller.signal)
    await until('the server accepts', () => server.sockets.length === 1)
    await until('we say hello', () => (server.sockets[0]?.bytesRead ?? 0) > 100)
    controller.abort(new RangeError('enough'))

    await assert.rejects(securing, RangeError)
    await until('the socket is gone', () => server.openSockets === 0)
    assert.deepEqual(getEventListeners(controller.signal, 'abort'), [])
  })

  test('ends if the remote sends too much, even within the window', async () => {
    const answer = concatBytes([HEADER, encodeLine('/echo')])
    await using server = await openTlsServer({ key: KEY, onFrame: ({ type, flags, stream, length }, peer) => {
      if (type === TYPE.data && (flags & FLAG.syn) !== 0) {
        peer.data(stream, concatBytes([answer, Buffer.alloc(200_000)]), FLAG.ack)
      } else if (type === TYPE.windowUpdate && length > 0) {
        peer.data(stream, Buffer.alloc(length))
      }
    } })
    using link = startLink(server.port)
    let fault: Error | undefined
    link.onClosed = (closed) => {
      fault = closed
    }
    await link.secured(signal)
    const stream = new ProtocolStream(ECHO, () => undefined)
    stream.attach(link.streams)
    let received = 0
    void (async () => {
      while (fault === undefined) {
        received += (await stream.read(signal))?.length ?? 0
      }
    })()
    await until('it is ended', () => fault !== undefined)

    assert.ok(isFault('limit-exceeded')(fault), String(fault))
    assert.ok(received > 8_000_000 && received < 8_500_000, String(received))
  })
})
