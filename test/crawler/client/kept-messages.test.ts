// Complete messages are used, by every carrier and however the remote closes after them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../../core/time/clock.ts'
import { HOP_PROTOCOL } from '../../../crawler/client/carrier/hop-message.ts'
import { openClientVisitor } from '../../../crawler/client/client-visitor.ts'
import { FLAG, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { identifyOf, KAD, KEY, REPLY } from '../../support/client/hostile-visits.ts'
import { ScriptedPeer, serve } from '../../support/client/scripted-peer.ts'
import { ScriptedServer, playOn } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import { openTlsServer } from '../../support/servers/tls-server.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { PeerScript } from '../../support/client/scripted-peer.ts'
import type { AddressInfo, Socket } from 'node:net'

const RELAY = createTestKey()
const HOP_OK = frame(Buffer.from('08022864', 'hex'))
const LIMIT_MS = 20_000
const { signal } = new AbortController()
const addresses = { policy: 'Any' as const, deny: [], maxDialsPerIP: 64, maxDialsPerSubnet: 64 }

/** Visits the peer at an address. Each answer has a limit of two seconds. */
async function visit (address: string): Promise<VisitResult> {
  const limits = { dialTimeoutMs: 5_000, visitTimeoutMs: LIMIT_MS, requestTimeoutMs: 2_000 }
  await using visitor = openClientVisitor({ kadProtocols: [KAD], agentVersion: 'peerprobe/test', addresses, ...limits }, { clock: systemClock, dns: new ScriptedDns() })

  return await visitor.visit({ id: KEY.id, addresses: [multiaddr(address).bytes], plan: { strategy: 'Topology' } }, signal)
}

/** Sends identify and answers one query, then closes: the stream of that answer, or everything. */
function leaving (onAnswered: (reply: (bytes: Uint8Array, flags?: number) => void) => void): PeerScript {
  return { key: KEY, onFrame: serve({
    [IDENTIFY_PROTOCOL] (_, reply) {
      reply(identifyOf(KEY)) // without an end
    },
    [KAD]: (_, reply) => {
      reply(REPLY)
      onAnswered(reply)
    }
  }) }
}

interface Opened extends AsyncDisposable { address: string }

function opened (server: AsyncDisposable & { port: number }, after = ''): Opened {
  return {
    address: `/ip4/127.0.0.1/tcp/${String(server.port)}${after}`,
    async [Symbol.asyncDispose] () {
      await server[Symbol.asyncDispose]()
    }
  }
}

/** Opens a server for one peer by each carrier; `leave` cuts the connection. */
const CARRIERS: Record<string, (script: (leave: () => void) => PeerScript, cut: (socket: Socket) => unknown) => Promise<Opened>> = {
  'TCP': async (script, cut) => {
    const server = await ScriptedServer.open((socket) => {
      playOn(socket, script(() => {
        cut(socket)
      }))
    })

    return opened(server)
  },

  'TLS': async (script, cut) => {
    // TLS sends sealed bytes later than the write.
    const server = await openTlsServer(script(() => setTimeout(() => {
      server.sockets.forEach(cut)
    }, 50)))

    return opened(server)
  },

  'WebSocket': async (script, cut) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    server.on('connection', (webSocket, request) => {
      const leave = (): void => {
        cut(request.socket)
      }
      const peer = new ScriptedPeer(script(leave), (bytes) => {
        webSocket.send(bytes)
      })
      webSocket.on('error', () => undefined)
      webSocket.on('message', (bytes: Buffer) => {
        peer.feed(bytes)
      })
    })

    return opened({
      port: (server.address() as AddressInfo).port,
      async [Symbol.asyncDispose] () {
        server.clients.forEach((client) => {
          client.terminate()
        })
        server.close()
        await once(server, 'close')
      }
    }, '/ws')
  },

  'a relay': async (script, cut) => {
    const server = await ScriptedServer.open((socket) => {
      let hidden: ScriptedPeer | undefined
      playOn(socket, { key: RELAY, onFrame: serve({ [HOP_PROTOCOL]: (request, reply) => {
        if (hidden === undefined) {
          reply(HOP_OK)
          hidden = new ScriptedPeer(script(() => {
            cut(socket)
          }), reply)
        } else {
          hidden.feed(Uint8Array.from(request))
        }
      } }) })
    })

    return opened(server, `/p2p/${formatPeerId(RELAY.id)}/p2p-circuit`)
  }
}

/** What a remote does after its last message. */
const WAYS: Record<string, { script: (leave: () => void) => PeerScript, cut?: (socket: Socket) => unknown }> = {
  'says nothing more': { script: () => leaving(() => undefined) },
  'resets the stream in the frame of its answer': {
    script: () => leaving((reply) => {
      reply(REPLY, FLAG.rst)
    })
  },
  'ends the connection': { script: leave => leaving(leave), cut: socket => socket.end() },
  'resets the connection': { script: leave => leaving(leave), cut: socket => socket.resetAndDestroy() },
  'breaks yamux': { script: () => {
    const script = leaving(() => undefined)

    return { ...script, onFrame: (received, peer) => {
      script.onFrame?.(received, peer)

      if (received.type === TYPE.data && Buffer.from(received.body).includes(KAD)) {
        peer.plain(Buffer.alloc(12, 0xff))
      }
    } }
  } }
}

suite('a remote', { concurrency: 4 }, () => {
  for (const [carrier, open] of Object.entries(CARRIERS)) {
    for (const [way, { script, cut = () => undefined }] of Object.entries(WAYS)) {
      test(`is reported with all complete messages received through ${carrier} before it ${way}`, async () => {
        await using server = await open(script, cut)
        const { outcome, identity, routingTable } = await visit(server.address)

        assert.equal(outcome, 'ok')
        assert.equal(identity?.agentVersion, 'agent/1')
        assert.equal(routingTable?.peers.length, 1)
        assert.ok(routingTable.failed > 0, 'some questions had no answer')
      })
    }
  }

  for (const carrier of ['TCP', 'WebSocket', 'a relay'] as const) {
    test(`that refuses all protocols through ${carrier} and closes has refused them`, async () => {
      const script = (leave: () => void): PeerScript => ({ key: KEY, onFrame (received, peer) {
        serve({})(received, peer)

        if (received.type === TYPE.data) {
          leave()
        }
      } })
      await using server = await CARRIERS[carrier]!(script, socket => socket.end())
      const { outcome, detail } = await visit(server.address)

      assert.deepEqual([outcome, detail], ['identify-failed', 'the remote refuses identify'])
    })
  }

  test('that sends a part of an answer is reported with the answers before it', async () => {
    await using server = await ScriptedServer.play({ key: KEY, onFrame: serve({
      [IDENTIFY_PROTOCOL] (_, reply) {
        reply(concatBytes([identifyOf(KEY), Buffer.from([90, 1, 2])]), FLAG.rst)
      },
      [KAD] (_, reply) {
        reply(concatBytes([REPLY, REPLY.subarray(0, 10)]), FLAG.rst)
      }
    }) })
    const { outcome, identity, routingTable } = await visit(`/ip4/127.0.0.1/tcp/${String(server.port)}`)

    assert.deepEqual([outcome, identity?.agentVersion, routingTable?.peers.length], ['ok', 'agent/1', 1])
  })
})
