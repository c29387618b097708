import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { Scan } from '../../../core/contracts/scan.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { encodeIdentify, IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { visitConnected } from '../../../crawler/passive/connected-visitor.ts'
import { IDENTIFY_LIMIT_MS } from '../../../crawler/passive/open-connections.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { connectingPeer } from '../../support/libp2p/connecting-peer.ts'
import { KAD, openPassiveRig } from '../../support/libp2p/open-passive.ts'
import { until } from '../../support/until.ts'
import type { Visitor } from '../../../crawler/visit/visitor.ts'
import type { ConnectingPeer } from '../../support/libp2p/connecting-peer.ts'
import type { Stream } from '@libp2p/interface'

const PING_PROTOCOL = '/ipfs/ping/1.0.0'
const { signal } = new AbortController()
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
const VISITOR_OPTIONS = { kadProtocols: [KAD], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 1_000, visitTimeoutMs: 5_000 }

/** Visits no peer; records the calls. */
function refusing (dialled: string[]): Visitor {
  return {
    visit: async () => {
      dialled.push('dialled')
      return await Promise.resolve({ lane: 'fast', startedAtMs: 0, durationMs: 0, outcome: 'refused', attempts: [] } as const)
    },
    async [Symbol.asyncDispose] () {
      await Promise.resolve()
    }
  }
}

/** Makes a peer serve a protocol, but answer the first stream only when there is a second one. */
async function answerInPairs (peer: ConnectingPeer, protocol: string, answer: (stream: Stream) => Promise<void>): Promise<{ count: number }> {
  const two = Promise.withResolvers<undefined>()
  const asked = { count: 0 }
  await peer.handle(protocol, async (stream) => {
    asked.count += 1
    if (asked.count === 2) {
      two.resolve(undefined)
    }
    await two.promise
    await answer(stream)
  })

  return asked
}

suite('PassiveDiscovery', () => {
  test('is reachable by IPv4 and IPv6 if it listens on all addresses, by each transport', async () => {
    await using rig = await openPassiveRig({ host: '::' })
    const loopback = rig.discovery.status().addresses.filter(address => /^\/(ip4\/127\.0\.0\.1|ip6\/::1)\//.test(address))

    for (const address of loopback) {
      await using peer = await connectingPeer({ agentVersion: 'kubo/0.99' })
      await peer.dial(multiaddr(address))
    }
    await until('all are reported', () => rig.visits.length === 6)

    assert.equal(loopback.length, 6)
  })

  for (const transport of ['tcp', 'quic-v1', 'ws'] as const) {
    test(`reports a peer that connects by ${transport}, once`, async () => {
      await using rig = await openPassiveRig()
      await using peer = await connectingPeer({ agentVersion: 'kubo/0.99' })
      await peer.dial(rig.address(transport))
      await until('it is reported', () => rig.visits.length === 1)
      const [{ result, id, ...visit }] = rig.visits as [typeof rig.visits[0] & object]

      assert.deepEqual(Buffer.from(id), Buffer.from(peer.peerId.toMultihash().bytes))
      assert.equal(visit.discoveryType, 'passive')
      assert.equal(visit.source, 'inbound')
      assert.equal(visit.crawlId % 600, 0)
      assert.equal(result.outcome, 'identified')
      assert.equal(result.connection?.transport, transport)
      assert.equal(result.identity?.agentVersion, 'kubo/0.99')
      assert.ok((result.latencyMs ?? -1) >= 0)
      await peer.hangUp(rig.address(transport))
      await until('it is gone', () => rig.discovery.status().connections === 0)
      await peer.dial(rig.address(transport))
      await until('it is back', () => rig.discovery.status().connections === 1)
      assert.equal(rig.visits.length, 1)
    })
  }

  test('reports peers that do not identify themselves in time, or that close first', async () => {
    const clock = new FakeClock()
    await using rig = await openPassiveRig({}, { clock })
    await using mute = await connectingPeer({ identifies: false })
    await mute.dial(rig.address('tcp'))
    await until('it is connected', () => rig.discovery.status().connections === 1)
    await clock.advance(IDENTIFY_LIMIT_MS)
    await until('it is reported', () => rig.visits.length === 1)

    assert.equal(rig.visits[0]?.result.outcome, 'identify-failed')
    assert.equal(rig.visits[0].result.identity, undefined)
  })

  test('serves the DHT: peers that join through it find the others', async () => {
    await using rig = await openPassiveRig()
    await using first = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    await using second = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    await first.dial(rig.address('tcp'))
    await second.dial(rig.address('tcp'))
    await until('both are in the table', () => rig.discovery.status().routingTable === 2)
    await until('it is in their tables', () => first.services.dht.routingTable.size >= 1 && second.services.dht.routingTable.size >= 1)
    const found = await second.peerRouting.findPeer(first.peerId)

    assert.deepEqual(found.multiaddrs.map(String).filter(text => text.includes('/tcp/')).length >= 1, true)
  })

  test('adds a peer to its routing table that answers a ping only while another ping is pending', async () => {
    await using rig = await openPassiveRig()
    await using peer = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    await peer.unhandle(PING_PROTOCOL)
    const asked = await answerInPairs(peer, PING_PROTOCOL, async (stream) => {
      for await (const bytes of stream) {
        stream.send(bytes)
      }
    })
    await peer.dial(rig.address('tcp'))
    await until('it is in the table', () => rig.discovery.status().routingTable === 1)
    await until('it is reported', () => rig.visits.length === 1)

    assert.equal(asked.count, 2)
    assert.ok((rig.visits[0]?.result.latencyMs ?? -1) >= 0)
  })

  test('runs identify for the crawl while the node\'s own identify is still pending', async () => {
    await using rig = await openPassiveRig()
    await using peer = await connectingPeer({ identifies: false })
    const answer = frame(encodeIdentify({ publicKey: publicKeyToProtobuf(peer.peerId.publicKey!), protocolVersion: 'x/1', agentVersion: 'slow/1', protocols: [] }))
    const asked = await answerInPairs(peer, IDENTIFY_PROTOCOL, async (stream) => {
      stream.send(answer)
      await stream.close()
    })
    await peer.dial(rig.address('tcp'))
    await until('the node has asked', () => asked.count === 1)
    const both = visitConnected(refusing([]), rig.discovery, VISITOR_OPTIONS, systemClock)
    const result = await both.visit({ ...rig.discovery.connected()[0]!, plan: { strategy: 'Topology' } }, signal)

    assert.deepEqual([result.outcome, result.identity?.agentVersion], ['identified', 'slow/1'])
  })

  test('passes its peers to the crawl: connected ones are visited over their connections, which stay open', async () => {
    await using rig = await openPassiveRig()
    await using client = await connectingPeer({ agentVersion: 'behind-a-router/1' })
    await client.dial(rig.address('tcp'))
    await until('it is reported', () => rig.visits.length === 1)
    const [connected] = rig.discovery.connected()
    assert.deepEqual(Buffer.from(connected!.id), Buffer.from(client.peerId.toMultihash().bytes))
    const dialled: string[] = []
    const both = visitConnected(refusing(dialled), rig.discovery, VISITOR_OPTIONS, systemClock)
    const plan = { strategy: 'Topology' } as const
    const result = await both.visit({ ...connected!, plan }, signal)

    assert.equal(result.outcome, 'identified')
    assert.equal(result.identity?.agentVersion, 'behind-a-router/1')
    assert.equal(rig.discovery.status().connections, 1)
    assert.equal((await both.visit({ id: new Uint8Array(34), addresses: [], plan }, signal)).outcome, 'refused')
    assert.deepEqual(dialled, ['dialled'])
    const visitor = refusing([])
    assert.equal(visitConnected(visitor, undefined, VISITOR_OPTIONS, systemClock), visitor)
  })

  test('joins through its bootstrap peers, and stops on abort', async () => {
    await using peer = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    await using rig = await openPassiveRig({}, { bootstrap: peer.getMultiaddrs() })
    const stop = new AbortController()
    const running = rig.discovery.run(stop.signal)
    await until('it has joined', () => rig.discovery.status().routingTable === 1)
    stop.abort()
    await running
  })

  test('reports the port that it cannot listen on', async () => {
    await using rig = await openPassiveRig()
    const port = Number(/tcp\/(\d+)/.exec(rig.address('tcp').toString())?.[1])

    await assert.rejects(openPassiveRig({ port }), { code: 'PP_CONFIG_INVALID', message: /^passive\.port: the node cannot listen on 127\.0\.0\.1, port \d+/ })
  })
})
