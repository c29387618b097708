import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { byteStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { systemClock } from '../../../core/time/clock.ts'
import { AddressPolicy } from '../../../crawler/address/address-policy.ts'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { DialLimits } from '../../../crawler/dial/dial-limits.ts'
import { decodeIdentify, IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { visitPeer } from '../../../crawler/visit/visit-peer.ts'
import { KAD_PROTOCOL, nobodyId } from '../../support/network/peer-fixtures.ts'
import { peerAt, serving, silence, startPeer, startSocketPeer } from '../../support/network/peers.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import { ReferenceDialler } from '../../support/reference/reference-dialler.ts'
import { ReferenceHost } from '../../support/reference/reference-host.ts'
import { until } from '../../support/until.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { Connection, Libp2p } from '@libp2p/interface'

const OPTIONS = { visitTimeoutMs: 4_500, dialTimeoutMs: 1_500, identifyTimeoutMs: 1_500, requestTimeoutMs: 1_500, staggerMs: 100, maxParallel: 8 }
const { signal } = new AbortController()

suite('ReferenceHost', () => {
  let host: ReferenceHost
  let visit: (target: VisitTarget) => Promise<VisitResult>

  before(async () => {
    host = await ReferenceHost.open('peerprobe/1.2.3 (+ops@example.org)', signal)
    const deps = {
      dialler: new ReferenceDialler(host, systemClock),
      policy: new AddressPolicy({ policy: 'Any', deny: [] }),
      limits: new DialLimits({ maxDialsPerIP: 4, maxDialsPerSubnet: 32 }),
      dns: new ScriptedDns(),
      protocols: new KadProtocols([KAD_PROTOCOL]),
      clock: systemClock
    }
    visit = async target => await visitPeer(target, deps, OPTIONS, signal)
  })

  after(async () => {
    await host[Symbol.asyncDispose]()
  })

  test('thirty visits to peers of all kinds leave no connection, no stored peer and no socket', async () => {
    await using server = await startPeer({ serve: { [KAD_PROTOCOL]: serving([]) } })
    await using rsa = await startPeer({ keyType: 'RSA', serve: { [KAD_PROTOCOL]: serving([]) } })
    await using slow = await startPeer({ identify: silence, serve: { [KAD_PROTOCOL]: silence } })
    await using mute = await startSocketPeer(nobodyId(1), socket => socket.resume())
    const targets = [server.target, rsa.target, slow.target, mute.target, { ...rsa.target, id: server.id }]
    const sockets = (): number => process.getActiveResourcesInfo().filter(resource => resource === 'TCPSocketWrap').length
    const before = sockets()
    const outcomes = new Set<Outcome>()

    for (let wave = 0; wave < 3; wave++) {
      for (const { outcome } of await Promise.all([...targets, ...targets].map(visit))) {
        outcomes.add(outcome)
      }
    }

    assert.deepEqual([...outcomes].sort(), ['identify-failed', 'ok', 'peer-id-mismatch', 'timeout'])
    assert.equal(host.openConnections, 0)
    assert.equal(await host.rememberedPeers(), 0)
    await until('all sockets are closed', () => sockets() === before)
  })

  test('a remote that runs identify gets the agent version, no address and no DHT protocol', async () => {
    const asked = Promise.withResolvers<Uint8Array>()
    await using peer = await startPeer({ identify: silence })
    peer.node.addEventListener('connection:open', (event) => {
      askIdentity(event.detail).then(asked.resolve, asked.reject)
    })
    await visit(peer.target)
    const identity = decodeIdentify(await asked.promise, nobodyId(1))

    assert.deepEqual(identity, { protocolVersion: 'ipfs/0.1.0', agentVersion: 'peerprobe/1.2.3 (+ops@example.org)', protocols: [IDENTIFY_PROTOCOL], listenAddresses: [] })
  })

  test('the DHT of the library answers, and does not add us to its table', async () => {
    const [server, neighbour] = [await startDht(), await startDht()]

    try {
      await server.dial(neighbour.getMultiaddrs())
      await until('the servers know each other', () => tableSize(server) === 1)
      const [address] = server.getMultiaddrs()
      const result = await visit(peerAt(server.peerId.toMultihash().bytes, address?.decapsulate('/p2p').bytes ?? Uint8Array.of()).target)

      assert.equal(result.outcome, 'ok')
      assert.deepEqual(result.routingTable?.peers.map(({ id }) => id), [Uint8Array.from(neighbour.peerId.toMultihash().bytes)])
      assert.equal(tableSize(server), 1)
    } finally {
      await Promise.all([server.stop(), neighbour.stop()])
    }
  })
})

async function askIdentity (connection: Connection): Promise<Uint8Array> {
  const bytes = byteStream(await connection.newStream(IDENTIFY_PROTOCOL))

  return (await bytes.read())?.subarray() ?? Uint8Array.of()
}

/** Peers in the routing table, which the library does not expose. */
function tableSize ({ services }: Libp2p): number {
  return (services['dht'] as { routingTable: { size: number } }).routingTable.size
}

async function startDht (): Promise<Libp2p> {
  return await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({ protocol: KAD_PROTOCOL, clientMode: false, peerInfoMapper: passthroughMapper })
    }
  })
}
