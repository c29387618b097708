import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { isContacted, isIdentified } from '../../../core/contracts/outcome.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { findNodeReply, KAD_PROTOCOL, nobodyId, plainPeers } from '../../support/network/peer-fixtures.ts'
import { answering, KEY_TYPES, saying, serving, silence, startPeer } from '../../support/network/peers.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'

/** Time limits of the visitor under test. Peers here are near or never answer, but on a busy machine a near one is slow. */
export const CONFORMANCE_LIMITS = { dialTimeoutMs: 1_500, visitTimeoutMs: 6_000, identifyTimeoutMs: 1_500, requestTimeoutMs: 1_500, staggerMs: 100 } as const

/** What the suite needs of a client. */
export interface VisitorFactory {
  /** Opens a visitor for the network of {@link KAD_PROTOCOL} that may dial loopback, with {@link CONFORMANCE_LIMITS}. */
  open: (kadProtocols: readonly string[]) => Promise<Visitor>
}

const NEIGHBOUR = { id: nobodyId(7), addresses: [multiaddr('/ip4/192.0.2.7/tcp/4001').bytes, multiaddr('/ip6/2001:db8::7/udp/4001/quic-v1').bytes] }

/** Tests of every client that dials TCP, with real peers, honest and hostile. */
export function visitorConformance (name: string, { open }: VisitorFactory): void {
  suite(`${name} as a visitor`, { concurrency: 4 }, () => {
    let visitor: Visitor
    const signal = new AbortController().signal
    const visit = async (target: VisitTarget): Promise<VisitResult> => checkResult(await visitor.visit(target, signal))

    before(async () => {
      visitor = await open([KAD_PROTOCOL])
    })

    after(async () => {
      await visitor[Symbol.asyncDispose]()
    })

    for (const keyType of KEY_TYPES) {
      test(`a server with a key of type ${keyType} is ok, with all its data`, async () => {
        await using peer = await startPeer({ keyType, serve: { [KAD_PROTOCOL]: serving([NEIGHBOUR]) } })
        const { outcome, connection, identity, routingTable, latencyMs, latencyErrorMs, attempts } = await visit(peer.target)

        assert.equal(outcome, 'ok')
        assert.deepEqual(attempts.map(attempt => [formatAddress(attempt.address), attempt.outcome]), [[formatAddress(peer.address), 'ok']])
        assert.partialDeepStrictEqual(connection, { transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false })
        assert.equal(identity?.agentVersion, 'test-peer/1.0')
        assert.equal(identity.protocolVersion, 'ipfs/0.1.0')
        assert.ok(identity.protocols.includes(KAD_PROTOCOL))
        assert.deepEqual(identity.listenAddresses.map(formatAddress), [formatAddress(peer.address)])
        assert.ok(identity.recordSequence !== undefined && identity.recordSequence > 0n)
        assert.partialDeepStrictEqual({ ...routingTable, peers: plainPeers(routingTable?.peers) }, { queries: 2, failed: 0, peers: [NEIGHBOUR] })
        assert.ok(latencyMs !== undefined && latencyMs > 0 && latencyMs < CONFORMANCE_LIMITS.requestTimeoutMs)
        assert.ok(latencyErrorMs !== undefined && latencyErrorMs >= 0 && latencyErrorMs <= latencyMs)
      })

      test(`a peer with a key of type ${keyType} at another peer's address is peer-id-mismatch`, async () => {
        await using impostor = await startPeer({ keyType, serve: { [KAD_PROTOCOL]: serving([]) } })
        await using victim = await startPeer({ keyType })
        const { outcome } = await visit({ ...victim.target, addresses: [impostor.address] })

        assert.equal(outcome, 'peer-id-mismatch')
      })
    }

    test('IPv6 is dialled', async () => {
      await using peer = await startPeer({ host: '::1', serve: { [KAD_PROTOCOL]: serving([NEIGHBOUR]) } })

      assert.equal((await visit(peer.target)).outcome, 'ok')
    })

    test('a DHT client is identified', async () => {
      await using peer = await startPeer()
      const { outcome, identity, routingTable } = await visit(peer.target)

      assert.equal(outcome, 'identified')
      assert.equal(identity?.agentVersion, 'test-peer/1.0')
      assert.equal(routingTable, undefined)
    })

    test('a Topology sends at most 16 queries and merges the answers', async () => {
      const named = Array.from({ length: 20 }, (_, i) => ({ id: nobodyId(i), addresses: [] }))
      await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: serving(named) } })
      const { routingTable } = await visit({ ...peer.target, plan: { strategy: 'Topology' } })

      assert.ok(routingTable !== undefined && routingTable.queries >= 9 && routingTable.queries <= 16)
      assert.equal(routingTable.failed, 0)
      assert.equal(routingTable.peers.length, 20)
    })

    test('a server that ends each stream after one answer gets the other queries on new streams', async () => {
      const reply = frame(findNodeReply([NEIGHBOUR]))
      await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: saying(reply) } })
      const { outcome, routingTable } = await visit(peer.target)

      assert.equal(outcome, 'ok')
      assert.partialDeepStrictEqual({ ...routingTable, peers: plainPeers(routingTable?.peers) }, { queries: 2, failed: 0, peers: [NEIGHBOUR] })
    })

    test('a server that answers one of two queries is ok with one failed', async () => {
      await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: answering((_, n) => n === 0 ? frame(findNodeReply([NEIGHBOUR])) : undefined) } })
      const { outcome, routingTable } = await visit(peer.target)

      assert.equal(outcome, 'ok')
      assert.partialDeepStrictEqual({ ...routingTable, peers: plainPeers(routingTable?.peers) }, { queries: 2, failed: 1, peers: [NEIGHBOUR] })
    })

    test('a server that never answers is rpc-failed', async () => {
      await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: silence } })
      const { outcome, detail, routingTable } = await visit(peer.target)

      assert.equal(outcome, 'rpc-failed')
      assert.equal(detail, 'timeout')
      assert.partialDeepStrictEqual({ ...routingTable, peers: plainPeers(routingTable?.peers) }, { queries: 2, failed: 2, peers: [] })
    })

    for (const [what, bytes] of [
      ['garbage', Buffer.alloc(2_000, 0xff)],
      ['a message of another type', frame(new ProtobufWriter().number(1, 5).finish())],
      ['a length of 16 MB', Buffer.from([0x80, 0x80, 0x80, 0x08, 1, 2, 3])],
      ['a truncated answer', Buffer.from([100, 8, 4, 66])]
    ] as const) {
      test(`a server that answers with ${what} is rpc-failed`, async () => {
        await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: answering((_, n) => n === 0 ? bytes : undefined) } })
        const { outcome, routingTable } = await visit(peer.target)

        assert.equal(outcome, 'rpc-failed')
        assert.equal(routingTable?.failed, 2)
      })
    }

    test('an answer of 200 kB is read', async () => {
      const addresses = Array.from({ length: 100 }, (_, i) => multiaddr(`/dns4/${'n'.repeat(60)}.${String(i)}.example/tcp/4001`).bytes)
      const named = Array.from({ length: 25 }, (_, i) => ({ id: nobodyId(i), addresses }))
      await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: serving(named) } })
      const { outcome, routingTable } = await visit(peer.target)

      assert.equal(outcome, 'ok')
      assert.equal(routingTable?.peers.length, 25)
      assert.equal(routingTable.peers[24]?.addresses.length, 100)
    })

    test('a peer that does not end identify in time is identify-failed, and its table is kept', async () => {
      await using peer = await startPeer({ identify: silence, serve: { [KAD_PROTOCOL]: serving([NEIGHBOUR]) } })
      const { outcome, routingTable } = await visit(peer.target)

      assert.equal(outcome, 'identify-failed')
      assert.equal(routingTable?.peers.length, 1)
    })

    for (const [what, bytes] of [['garbage', Buffer.alloc(500, 0xff)], ['100 kB', frame(Buffer.alloc(100_000, 0x0a))]] as const) {
      test(`a peer that identifies itself with ${what} is identify-failed`, async () => {
        await using peer = await startPeer({ identify: saying(bytes), serve: { [KAD_PROTOCOL]: serving([]) } })

        assert.equal((await visit(peer.target)).outcome, 'identify-failed')
      })
    }

    test('a peer that closes the connection once it is secured is connected', async () => {
      await using peer = await startPeer({ identify: silence })
      peer.node.addEventListener('connection:open', (event) => {
        event.detail.abort(new Error('full'))
      })

      assert.equal((await visit(peer.target)).outcome, 'connected')
    })

    test('a protocol that is not configured is learnt from identify, and tried first from then on', async () => {
      await using learner = await open([])
      await using first = await startPeer({ serve: { '/other/kad/2.0.0': serving([NEIGHBOUR]), '/ipfs/lan/kad/1.0.0': silence } })
      await using second = await startPeer({ identify: silence, serve: { '/other/kad/2.0.0': serving([NEIGHBOUR]) } })

      assert.equal((await learner.visit(first.target, signal)).outcome, 'ok')
      assert.equal((await learner.visit(second.target, signal)).routingTable?.peers.length, 1)
    })

    test('the second of two configured protocols is used if the first is refused', async () => {
      await using chooser = await open(['/absent/kad', KAD_PROTOCOL])
      await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: serving([NEIGHBOUR]) } })

      assert.equal((await chooser.visit(peer.target, signal)).outcome, 'ok')
    })
  })
}

/** Checks of every result. */
export function checkResult (result: VisitResult): VisitResult {
  const { outcome, connection, identity, attempts, durationMs } = result

  assert.equal(connection !== undefined, isContacted(outcome), 'a connection is there exactly when contacted')
  assert.equal(identity !== undefined, isIdentified(outcome), 'an identity is there exactly when identified')
  assert.ok(durationMs <= 2 * CONFORMANCE_LIMITS.visitTimeoutMs, 'a visit ends in time')
  assert.ok(attempts.every(attempt => attempt.durationMs >= 0))

  return result
}
