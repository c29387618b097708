import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { HOP_PROTOCOL } from '../../../crawler/client/carrier/hop-message.ts'
import { relayFault } from '../../../crawler/client/relay-carrier.ts'
import { HEADER, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { FLAG } from '../../../crawler/client/yamux/yamux-frame.ts'
import { decodeIdentify } from '../../../crawler/identify/identify-message.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { DevnetPeer } from '../../../local/devnet/devnet-peer.ts'
import { clientDial } from '../../support/client/client-dial.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { identifyBytesOf } from '../../support/client/identify-bytes-of.ts'
import { ScriptedPeer, serve } from '../../support/client/scripted-peer.ts'
import { ScriptedServer, playOn } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { openTlsServer } from '../../support/servers/tls-server.ts'
import { until } from '../../support/until.ts'
import type { PeerScript } from '../../support/client/scripted-peer.ts'

const { signal } = new AbortController()
const RELAY = createTestKey()
const HIDDEN = createTestKey('RSA')
const OK = Buffer.from('0802220408781020' + '2864', 'hex')
const addressThrough = (port: number): string => `/ip4/127.0.0.1/tcp/${String(port)}/p2p/${formatPeerId(RELAY.id)}/p2p-circuit`

/** A separate relay for each connection. */
async function openRelay (script: () => PeerScript): Promise<ScriptedServer> {
  return await ScriptedServer.open((socket) => {
    playOn(socket, script())
  })
}

/** A relay with a scripted answer to each request, and a peer behind it that `script` plays. */
function relaying (answer: Buffer, script?: PeerScript): PeerScript {
  return { key: RELAY, onFrame: serve({ [HOP_PROTOCOL]: behind(answer, script) }) }
}

function behind (answer: Buffer, script: PeerScript | undefined): Parameters<typeof serve>[0][string] {
  let hidden: ScriptedPeer | undefined

  return (request, reply) => {
    if (hidden !== undefined) {
      hidden.feed(Uint8Array.from(request))
    } else if (request.length > 0) {
      reply(frame(answer))
      hidden = script === undefined
        ? undefined
        : new ScriptedPeer(script, (bytes) => {
            reply(bytes)
          })
    }
  }
}

suite('a connection through a relay', () => {
  const stack = new AsyncDisposableStack()
  let relay: DevnetPeer
  let hidden: DevnetPeer

  before(async () => {
    relay = stack.use(await DevnetPeer.open({ key: await generateKeyPair('Ed25519'), agentVersion: 'relay', listen: ['/ip4/127.0.0.1/tcp/0'], isRelay: true }, signal))
    hidden = stack.use(await DevnetPeer.open({ key: await generateKeyPair('secp256k1'), agentVersion: 'hidden', listen: [`${relay.addresses[0]!}/p2p/${relay.id.toString()}/p2p-circuit`] }, signal))
  })
  after(async () => {
    await stack.disposeAsync()
  })

  test('reaches a js-libp2p peer that is reachable only through a js-libp2p relay', async () => {
    const id = hidden.id.toMultihash().bytes
    using session = await clientDial(hidden.addresses[0]!, id)

    assert.deepEqual(session.connection, { transport: 'relay', security: '/noise', muxer: '/yamux/1.0.0', limited: true })
    assert.equal(decodeIdentify(await identifyBytesOf(session, signal), id)?.agentVersion, 'hidden')
    assert.ok(session.latency !== undefined)
  })

  test('does not find a peer without a reservation', async () => {
    await assert.rejects(clientDial(`${relay.addresses[0]!}/p2p/${relay.id.toString()}/p2p-circuit`, HIDDEN.id), isFault('relay-refused'))
  })

  test('is only with the requested peer', async () => {
    await using server = await openRelay(() => relaying(OK, { key: HIDDEN }))
    using session = await clientDial(addressThrough(server.port), HIDDEN.id)
    assert.equal(session.connection.limited, true)

    await assert.rejects(clientDial(addressThrough(server.port), createTestKey().id), isFault('peer-id-mismatch'))
    session[Symbol.dispose]()
    await until('the sockets are gone', () => server.openSockets === 0)
  })

  test('works through a relay that supports only TLS', async () => {
    await using server = await openTlsServer(relaying(Buffer.from('08022864', 'hex'), { key: HIDDEN }))
    using session = await clientDial(addressThrough(server.port), HIDDEN.id)

    assert.equal(session.connection.limited, false)
  })

  test('reads bytes of the peer that arrive together with the relay\'s answer', async () => {
    const script: PeerScript = { key: HIDDEN, onFrame: serve({ '/ipfs/id/1.0.0': (_, reply) => {
      reply(Buffer.from('us'), FLAG.fin)
    } }) }
    await using server = await openRelay(() => ({ key: RELAY, onFrame: serve({ [HOP_PROTOCOL]: eager(script) }) }))
    using session = await clientDial(addressThrough(server.port), HIDDEN.id)

    assert.equal(Buffer.from(await identifyBytesOf(session, signal)).toString(), 'us')
  })

  const refusals: [what: string, script: () => PeerScript, words: RegExp][] = [
    ['has no reservation of the peer', () => relaying(Buffer.from('080228cc01', 'hex')), /no reservation/],
    ['is at its limits', () => relaying(Buffer.from('080228c901', 'hex')), /limit/],
    ['answers with an unknown status', () => relaying(Buffer.from('080228e707', 'hex')), /999/],
    ['answers with garbage', () => relaying(Buffer.from('ff', 'hex')), /malformed/],
    ['sends an endless answer', () => relaying(Buffer.alloc(5_000)), /malformed/],
    ['does not support relaying', () => ({ key: RELAY, onFrame: ({ stream, flags }, peer) => {
      if (flags === FLAG.syn) {
        peer.data(stream, concatBytes([HEADER, REFUSAL]), FLAG.ack)
      }
    } }), /does not support/],
    ['ends the stream', () => ({ key: RELAY, onFrame: serve({ [HOP_PROTOCOL]: (_, reply) => {
      reply(new Uint8Array(0), FLAG.fin)
    } }) }), /without an answer/],
    ['is another peer', () => ({ key: createTestKey() }), /another peer/],
    ['breaks its own protocol', () => ({ key: RELAY, onFrame: (_, peer) => {
      peer.plain(Buffer.alloc(12, 0xff))
    } }), /relay/]
  ]

  for (const [what, script, words] of refusals) {
    test(`a relay that ${what} is relay-refused`, async () => {
      await using server = await openRelay(script)

      await assert.rejects(clientDial(addressThrough(server.port), HIDDEN.id), err => isFault('relay-refused')(err) && words.test((err as Error).message))
      await until('the socket is gone', () => server.openSockets === 0)
    })
  }

  test('a relay that cannot be reached is reported like any unreachable address', async () => {
    const server = await ScriptedServer.open(() => undefined)
    await server[Symbol.asyncDispose]()

    await assert.rejects(clientDial(addressThrough(server.port), HIDDEN.id), isFault('refused'))
  })

  test('a relay that closes ends the connection, and our signal ends the wait for its answer', async () => {
    await using server = await openRelay(() => relaying(OK, { key: HIDDEN, onFrame: () => {
      server.sockets.forEach(socket => socket.destroy())
    } }))
    using session = await clientDial(addressThrough(server.port), HIDDEN.id)
    await assert.rejects(identifyBytesOf(session, AbortSignal.timeout(20_000)), isFault('reset'))

    await using silent = await ScriptedServer.play({ key: RELAY, onFrame: serve({ [HOP_PROTOCOL]: () => undefined }) })
    const controller = new AbortController()
    const dialling = clientDial(addressThrough(silent.port), HIDDEN.id, controller.signal)
    await until('it is asked', () => silent.sockets.some(({ bytesRead }) => bytesRead > 300))
    controller.abort(new RangeError('enough'))
    await assert.rejects(dialling, RangeError)
    await until('the socket is gone', () => silent.openSockets === 0)
  })

  test('other errors are not changed to a fault of the relay', () => {
    const ours = new TypeError('ours')

    assert.equal(relayFault(ours), ours)
    assert.ok(isFault('relay-refused')(relayFault(peerFault('handshake-failed', 'x'))))
    assert.ok(isFault('aborted')(relayFault(peerFault('aborted', 'x'))))
  })
})

/** Sends the acceptance and the peer's first line in one write. */
function eager (script: PeerScript): Parameters<typeof serve>[0][string] {
  let hidden: ScriptedPeer | undefined

  return (request, reply) => {
    if (hidden !== undefined) {
      hidden.feed(Uint8Array.from(request))
    } else if (request.length > 0) {
      const header = Buffer.from('\u0013/multistream/1.0.0\n', 'latin1')
      let isFirst = true
      reply(Buffer.concat([frame(OK), header]))
      hidden = new ScriptedPeer(script, (bytes) => {
        reply(isFirst ? bytes.subarray(header.length) : bytes)
        isFirst = false
      })
    }
  }
}
