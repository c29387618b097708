import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { systemClock } from '../../../core/time/clock.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { ClientDialler } from '../../../crawler/client/client-dialler.ts'
import { encodeLine, HEADER, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { FLAG } from '../../../crawler/client/yamux/yamux-frame.ts'
import { decodeFindNode, encodeFindNode, MAX_REPLY_BYTES } from '../../../crawler/dht/find-node.ts'
import { decodeIdentify, IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame, FrameReader } from '../../../crawler/wire/frames.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { identifyBytesOf } from '../../support/client/identify-bytes-of.ts'
import { serve } from '../../support/client/scripted-peer.ts'
import { ScriptedServer, playOn } from '../../support/client/scripted-server.ts'
import { createTestKey, KEY_KINDS } from '../../support/client/test-keys.ts'
import { openTlsServer } from '../../support/servers/tls-server.ts'
import { until } from '../../support/until.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'
import type { QueryStream } from '../../../crawler/dial/session.ts'

const KAD = '/test/kad/1.0.0'
const signal = new AbortController().signal
const dialler = new ClientDialler({ clock: systemClock, random: () => 0 }, { agentVersion: 'peerprobe/test' })

function addressOf (port: number): Address {
  return { bytes: Uint8Array.of(4, 127, 0, 0, 1, 6, port >> 8, port & 0xff), family: 'ip4', host: Uint8Array.of(127, 0, 0, 1), hostEnd: 5, port, transport: 'tcp' }
}

/** A whole js-libp2p node that serves identify, ping and the DHT. */
async function openNode (keyType: 'Ed25519' | 'secp256k1' | 'RSA', ip: string): Promise<AsyncDisposable & { id: Uint8Array, address: Address, agents: () => Promise<string[]> }> {
  const node = await createLibp2p({
    privateKey: await generateKeyPair(keyType as 'Ed25519'),
    addresses: { listen: [ip] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), dht: kadDHT({ protocol: KAD, clientMode: false, peerInfoMapper: passthroughMapper }) }
  })
  const address = readAddress(node.getMultiaddrs()[0]?.bytes ?? new Uint8Array(0))
  assert.ok(address !== undefined)

  return {
    id: node.peerId.toMultihash().bytes,
    address,
    agents: async () => (await node.peerStore.all()).map(({ metadata }) => Buffer.from(metadata.get('AgentVersion') ?? []).toString()),
    async [Symbol.asyncDispose] () {
      await node.stop()
    }
  }
}

async function readReply (stream: QueryStream): Promise<Uint8Array> {
  const frames = new FrameReader(MAX_REPLY_BYTES)

  for (;;) {
    const bytes = await stream.read(signal)
    assert.ok(bytes !== undefined)
    frames.push(bytes)
    const reply = frames.next()

    if (reply !== undefined) {
      return reply
    }
  }
}

suite('ClientDialler', () => {
  const nodes = [['Ed25519', '/ip4/127.0.0.1/tcp/0'], ['secp256k1', '/ip6/::1/tcp/0'], ['RSA', '/ip4/127.0.0.1/tcp/0']] as const

  for (const [keyType, ip] of nodes) {
    test(`identifies and questions a js-libp2p node with an ${keyType} key on ${ip}, which identifies us`, async () => {
      await using node = await openNode(keyType, ip)
      using session = await dialler.dial(node.address, node.id, signal)
      const [identify, stream] = await Promise.all([identifyBytesOf(session, signal), session.openQueries(['/none/kad', KAD], encodeFindNode(node.id), signal)])
      const identity = decodeIdentify(identify, node.id)

      assert.match(identity?.agentVersion ?? '', /^js-libp2p/)
      assert.equal(identity?.protocols.includes(KAD), true)
      assert.equal(typeof identity.recordSequence, 'bigint')
      assert.ok(stream !== undefined)
      assert.ok(decodeFindNode(await readReply(stream)) !== undefined)
      await until('the node identifies us', async () => (await node.agents()).includes('peerprobe/test'))
    })
  }

  for (const kind of KEY_KINDS) {
    test(`accepts a peer with an ${kind} key, and no other peer in its place`, async () => {
      const key = createTestKey(kind)
      await using server = await ScriptedServer.play({ key })
      using session = await dialler.dial(addressOf(server.port), key.id, signal)

      assert.equal(session.connection.security, '/noise')
      await assert.rejects(dialler.dial(addressOf(server.port), createTestKey(kind).id, signal), isFault('peer-id-mismatch'))
    })
  }

  const { id } = createTestKey()
  const sayNo = concatBytes([HEADER, REFUSAL])

  test('recognises a refusal of Noise and TLS', async () => {
    await using server = await ScriptedServer.open(socket => socket.write(sayNo))

    await assert.rejects(dialler.dial(addressOf(server.port), id, signal), isFault('security-unsupported'))
    assert.equal(server.sockets.length, 2)
  })

  test('tries again without optimism if a reset may have lost the refusal', async () => {
    await using server = await ScriptedServer.open((socket, count) => {
      socket.once('data', () => {
        if (count === 1) {
          socket.resetAndDestroy()
        } else {
          socket.write(sayNo)
        }
      })
    })

    await assert.rejects(dialler.dial(addressOf(server.port), id, signal), isFault('security-unsupported'))
    assert.equal(server.sockets.length, 3)
  })

  test('treats repeated closes after the multistream header as a refusal of Noise and TLS', async () => {
    await using server = await ScriptedServer.open((socket) => {
      socket.once('data', () => socket.end(HEADER))
    })

    await assert.rejects(dialler.dial(addressOf(server.port), id, signal), isFault('security-unsupported'))
    assert.equal(server.sockets.length, 3)
  })

  test('tries TLS with a peer that refuses Noise', async () => {
    const key = createTestKey()
    await using server = await openTlsServer({ key, onFrame: serve({ [IDENTIFY_PROTOCOL]: (_, reply) => {
      reply(frame(Buffer.from([0x2a, 1, 0x78])), FLAG.fin)
    } }) })
    using session = await dialler.dial(addressOf(server.port), key.id, signal)

    assert.deepEqual(session.connection, { transport: 'tcp', security: '/tls/1.0.0', muxer: '/yamux/1.0.0', limited: false })
    assert.equal(Buffer.from(await identifyBytesOf(session, signal)).toString('hex'), '032a0178')
  })

  test('reaches a peer that resets the first connection and accepts the second', async () => {
    const key = createTestKey()
    await using server = await ScriptedServer.open((socket, count) => {
      if (count === 1) {
        socket.once('data', () => socket.resetAndDestroy())
      } else {
        playOn(socket, { key })
      }
    })
    using session = await dialler.dial(addressOf(server.port), key.id, signal)

    assert.equal(session.connection.muxer, '/yamux/1.0.0')
  })

  test('reports reset without a second try for a remote that sends nothing, and for one that closes during the handshake', async () => {
    await using mute = await ScriptedServer.open((socket) => {
      socket.once('data', () => socket.resetAndDestroy())
    })
    await assert.rejects(dialler.dial(addressOf(mute.port), id, signal), isFault('reset'))
    assert.equal(mute.sockets.length, 2)

    await using leaving = await ScriptedServer.open((socket) => {
      socket.once('data', () => socket.end(concatBytes([HEADER, encodeLine('/noise')])))
    })
    await assert.rejects(dialler.dial(addressOf(leaving.port), id, signal), isFault('reset'))
    assert.equal(leaving.sockets.length, 1)
  })

  test('dials TCP and unresolved names, but not QUIC', async () => {
    const quic = { ...addressOf(4_001), transport: 'quic-v1' } as const
    const { transport, ...unresolved } = addressOf(4_001)

    assert.equal(transport, 'tcp')
    assert.deepEqual([addressOf(4_001), quic, unresolved].map(address => dialler.supports(address)), [true, false, true])
    await assert.rejects(dialler.dial(quic, createTestKey().id, signal), isFault('unsupported-transport'))
  })
})
