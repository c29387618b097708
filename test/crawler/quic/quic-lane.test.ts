// The QUIC client with real peers: js-libp2p here, go-libp2p hosts in test/system/go-devnet.test.ts.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { Scan } from '../../../core/contracts/scan.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { parseAddress } from '../../../crawler/address/address.ts'
import { outcomeOfFault } from '../../../crawler/peer/peer-fault.ts'
import { quicFault } from '../../../crawler/quic/quic-dialler.ts'
import { openQuicVisitor } from '../../../crawler/quic/quic-visitor.ts'
import { connectingPeer } from '../../support/libp2p/connecting-peer.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import { until } from '../../support/until.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { LaneVisitor } from '../../../crawler/visit/lane-visitor.ts'
import type { ConnectingPeer } from '../../support/libp2p/connecting-peer.ts'

const KAD = '/strange/kad/1.0.0'
const QUIC = '/ip4/127.0.0.1/udp/0/quic-v1'
const plan = { strategy: 'Topology' } as const
const { signal } = new AbortController()

async function open (): Promise<LaneVisitor> {
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
  const limits = { dialTimeoutMs: 1_500, visitTimeoutMs: 4_500, identifyTimeoutMs: 1_500, requestTimeoutMs: 1_500 }

  return await openQuicVisitor({ kadProtocols: [KAD], agentVersion: 'peerprobe/test', addresses, ...limits }, { clock: systemClock, dns: new ScriptedDns() })
}

function targetOf (peer: ConnectingPeer, id: Uint8Array = peer.peerId.toMultihash().bytes): VisitTarget {
  return { id, addresses: peer.getMultiaddrs().map(address => parseAddress(address.toString())!.address), plan }
}

suite('the QUIC client', () => {
  test('identifies a DHT server and reads its routing table', async () => {
    await using visitor = await open()
    await using neighbour = await connectingPeer({ listen: [QUIC], kadProtocol: KAD })
    await using peer = await connectingPeer({ listen: [QUIC], kadProtocol: KAD, agentVersion: 'quic-only/1' })
    await neighbour.dial(peer.getMultiaddrs())
    await until('they know each other', () => peer.services.dht.routingTable.size === 1)
    const { lane, outcome, identity, connection, latencyMs, routingTable } = await visitor.visit(targetOf(peer), signal)

    assert.deepEqual([lane, outcome, identity?.agentVersion, connection?.transport], ['quic', 'ok', 'quic-only/1', 'quic-v1'])
    assert.ok(identity!.protocols.includes(KAD))
    assert.ok(latencyMs! > 0 && latencyMs! < 3_000)
    assert.deepEqual(routingTable?.peers.map(({ id }) => Buffer.from(id)), [Buffer.from(neighbour.peerId.toMultihash().bytes)])
    await until('nothing of the visit is left', () => peer.getConnections().length === 1)
  })

  test('identifies a peer without a DHT, and rejects another peer than the expected one', async () => {
    await using visitor = await open()
    await using peer = await connectingPeer({ listen: [QUIC] })

    assert.equal((await visitor.visit(targetOf(peer), signal)).outcome, 'identified')
    const { outcome, identity } = await visitor.visit(targetOf(peer, nobodyId(3)), signal)
    assert.deepEqual([outcome, identity], ['peer-id-mismatch', undefined])
  })

  test('fails at the dial\'s limit for a closed or silent port, and at once when aborted', async () => {
    await using visitor = await open()
    const silent = createSocket('udp4')
    silent.bind(0, '127.0.0.1')
    await once(silent, 'listening')
    const target = (port: number): VisitTarget => ({ id: nobodyId(1), addresses: [parseAddress(`/ip4/127.0.0.1/udp/${String(port)}/quic-v1`)!.address], plan })
    const outcomes = await Promise.all([visitor.visit(target(silent.address().port), signal), visitor.visit(target(1), signal)])
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), ['timeout', 'timeout'])
    const stop = new AbortController()
    const visiting = visitor.visit(target(silent.address().port), stop.signal)
    stop.abort()

    assert.equal((await visiting).outcome, 'aborted')
    silent.close()
  })

  test('maps the library\'s error texts to outcomes', () => {
    const outcomes = ['invalid peer certificate: UnknownIssuer', 'the handshake timed out', 'connection closed', 'Network is unreachable', 'what is this']

    assert.deepEqual(outcomes.map(text => outcomeOfFault(quicFault(new Error(text)))), ['security-unsupported', 'timeout', 'reset', 'unreachable', 'handshake-failed'])
  })
})
