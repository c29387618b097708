import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpsServer } from 'node:https'
import { suite, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { webSocketCarrier } from '../../../../crawler/client/carrier/web-socket-carrier.ts'
import { HEADER, REFUSAL } from '../../../../crawler/client/stream/multistream.ts'
import { selfSigned } from '../../../../crawler/client/tls/self-signed.ts'
import { inPem } from '../../../../crawler/client/tls/tls-certificate.ts'
import { concatBytes } from '../../../../crawler/wire/bytes.ts'
import { clientDial } from '../../../support/client/client-dial.ts'
import { isFault } from '../../../support/client/expect-fault.ts'
import { identifyBytesOf } from '../../../support/client/identify-bytes-of.ts'
import { ScriptedPeer, serve } from '../../../support/client/scripted-peer.ts'
import { ScriptedServer } from '../../../support/client/scripted-server.ts'
import { createTestKey, KEY_KINDS } from '../../../support/client/test-keys.ts'
import { until } from '../../../support/until.ts'
import type { Outcome } from '../../../../core/contracts/outcome.ts'
import type { PeerScript } from '../../../support/client/scripted-peer.ts'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { WebSocket } from 'ws'

const KEY = createTestKey()
const { signal } = new AbortController()
const FIN = 4
const identifies = serve({ '/ipfs/id/1.0.0': (_, reply) => {
  reply(Buffer.from('us'), FIN)
} })

interface Opened extends AsyncDisposable { port: number, sockets: WebSocket[], requests: IncomingMessage[] }

/** A WebSocket server on loopback; with `isSecure` over TLS, with an untrusted certificate. */
async function open (play: (socket: WebSocket) => void, isSecure = false): Promise<Opened> {
  const sockets: WebSocket[] = []
  const requests: IncomingMessage[] = []
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = selfSigned(keys, { fromMs: 0, untilMs: 1 }, [])
  const https = isSecure ? createHttpsServer(inPem({ certificate, key: keys.privateKey })).listen(0, '127.0.0.1') : undefined
  const server = new WebSocketServer(https === undefined ? { port: 0, host: '127.0.0.1' } : { server: https })
  await once(https ?? server, 'listening')
  server.on('connection', (socket, request) => {
    socket.on('error', () => undefined)
    sockets.push(socket)
    requests.push(request)
    play(socket)
  })

  return {
    port: ((https ?? server).address() as AddressInfo).port,
    sockets,
    requests,
    async [Symbol.asyncDispose] () {
      sockets.forEach((socket) => {
        socket.terminate()
      })
      server.close()
      https?.close()
      await once(https ?? server, 'close')
    }
  }
}

const playing = (script: PeerScript) => (socket: WebSocket): void => {
  const peer = new ScriptedPeer(script, (bytes) => {
    socket.send(bytes)
  })
  socket.on('message', (data: Buffer) => {
    peer.feed(data)
  })
}

suite('a WebSocket carrier', () => {
  for (const kind of KEY_KINDS) {
    test(`reaches a peer with an ${kind} key, and no other peer in its place`, async () => {
      const key = createTestKey(kind)
      await using server = await open(playing({ key, onFrame: identifies }))
      using session = await clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/ws`, key.id)

      assert.deepEqual(session.connection, { transport: 'ws', security: '/noise', muxer: '/yamux/1.0.0', limited: false })
      assert.equal(Buffer.from(await identifyBytesOf(session, signal)).toString(), 'us')
      await assert.rejects(clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/ws`, createTestKey(kind).id), isFault('peer-id-mismatch'))
    })
  }

  test('accepts any TLS certificate, and sends the given name', async () => {
    await using server = await open(playing({ key: KEY, onFrame: identifies }), true)
    using session = await clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/tls/sni/peer.example.org/ws`, KEY.id)

    assert.equal(session.connection.transport, 'wss')
    assert.equal(server.requests[0]?.headers.host, `peer.example.org:${String(server.port)}`)
    assert.equal((server.requests[0].socket as Socket & { servername?: string }).servername, 'peer.example.org')
  })

  test('closes at once, and when the signal aborts', async () => {
    await using server = await open(playing({ key: KEY }))
    const session = await clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/ws`, KEY.id)
    session[Symbol.dispose]()
    await until('it is closed', () => server.sockets[0]?.readyState === 3)

    await using silent = await open(() => undefined)
    const controller = new AbortController()
    const dialling = clientDial(`/ip4/127.0.0.1/tcp/${String(silent.port)}/ws`, KEY.id, controller.signal)
    await until('it is open', () => silent.sockets.length === 1)
    controller.abort(new RangeError('enough'))
    await assert.rejects(dialling, RangeError)
    await until('it is closed', () => silent.sockets[0]?.readyState === 3)
  })

  const upgraded: [what: string, play: (socket: WebSocket) => void, outcome: Outcome][] = [
    ['closes', (socket) => {
      socket.close()
    }, 'reset'],
    ['sends text', (socket) => {
      socket.send('hello')
    }, 'protocol-error'],
    ['sends a message of 2 MB', (socket) => {
      socket.send(Buffer.alloc(2_000_000))
    }, 'protocol-error'],
    ['sends something other than multistream', (socket) => {
      socket.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    }, 'protocol-error']
  ]

  for (const [what, play, outcome] of upgraded) {
    test(`a remote that ${what} is ${outcome}`, async () => {
      await using server = await open(play)

      await assert.rejects(clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/ws`, KEY.id), isFault(outcome))
      await until('it is closed', () => server.sockets.every(({ readyState }) => readyState === 3))
    })
  }

  test('does not propose TLS to a remote that refuses Noise: there is no TLS inside a WebSocket', async () => {
    await using server = await open((socket) => {
      socket.send(concatBytes([HEADER, REFUSAL]))
    })
    await assert.rejects(clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/ws`, KEY.id), isFault('security-unsupported'))

    assert.equal(server.sockets.length, 1)
  })

  const raw: [what: string, answer: string | undefined, outcome: Outcome][] = [
    ['speaks no HTTP', 'SSH-2.0-OpenSSH\r\n', 'protocol-error'],
    ['answers with a page', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'protocol-error'],
    ['redirects us', 'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n', 'protocol-error'],
    ['sends endless headers', `HTTP/1.1 101 Switching Protocols\r\n${'X: y\r\n'.repeat(20_000)}`, 'protocol-error'],
    ['closes the socket', undefined, 'reset']
  ]

  for (const [what, answer, outcome] of raw) {
    test(`a remote that ${what} is ${outcome}`, async () => {
      await using server = await ScriptedServer.open((socket) => {
        socket.once('data', () => answer === undefined ? socket.destroy() : socket.write(answer))
      })

      await assert.rejects(clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/ws`, KEY.id), isFault(outcome))
      await until('the socket is gone', () => server.openSockets === 0)
    })
  }

  test('a closed port is refused, and garbage instead of TLS is handshake-failed', async () => {
    const server = await ScriptedServer.open((socket) => {
      socket.once('data', () => socket.write(Buffer.alloc(200, 0x2a)))
    })
    await assert.rejects(clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/wss`, KEY.id), isFault('handshake-failed'))
    await server[Symbol.asyncDispose]()

    await assert.rejects(clientDial(`/ip4/127.0.0.1/tcp/${String(server.port)}/ws`, KEY.id), isFault('refused'))
  })

  test('calls no handler before it is returned', async () => {
    const events: string[] = []
    const carrier = webSocketCarrier({ ip: '127.0.0.1', port: 1, isSecure: false, name: undefined })({
      onOpen: () => events.push('open'),
      onBytes: () => events.push('bytes'),
      onEnd: () => events.push('end'),
      onError: () => events.push('error')
    })
    assert.deepEqual(events, [])
    await until('the fault is reported', () => events.length > 0)
    carrier.drop()

    assert.equal(events[0], 'error')
  })
})
