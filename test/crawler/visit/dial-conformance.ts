import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { KAD_PROTOCOL, nobodyId } from '../../support/network/peer-fixtures.ts'
import { deadAddress, serving, silence, startPeer, startSocketPeer } from '../../support/network/peers.ts'
import { checkResult } from './visitor-conformance.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'
import type { VisitorFactory } from './visitor-conformance.ts'

const NA = Buffer.from('\u0013/multistream/1.0.0\n\u0003na\n', 'latin1')

/** Tests of every client that dials TCP, for dials that fail, or that fail at the first address. */
export function dialConformance (name: string, { open }: VisitorFactory): void {
  suite(`${name} as a dialler`, { concurrency: 4 }, () => {
    let visitor: Visitor
    const signal = new AbortController().signal
    const visit = async (target: VisitTarget): Promise<VisitResult> => checkResult(await visitor.visit(target, signal))

    before(async () => {
      visitor = await open([KAD_PROTOCOL])
    })

    after(async () => {
      await visitor[Symbol.asyncDispose]()
    })

    test('a closed port is refused', async () => {
      const { outcome, connection } = await visit(nobodyAt(await deadAddress()))

      assert.equal(outcome, 'refused')
      assert.equal(connection, undefined)
    })

    test('a listener that sends nothing is timeout', async () => {
      await using peer = await startSocketPeer(nobodyId(1), silence)

      assert.equal((await visit(peer.target)).outcome, 'timeout')
    })

    test('a listener that closes at once is reset', async () => {
      await using peer = await startSocketPeer(nobodyId(1), socket => socket.destroy())

      assert.equal((await visit(peer.target)).outcome, 'reset')
    })

    test('a listener without a common security protocol is security-unsupported', async () => {
      await using peer = await startSocketPeer(nobodyId(1), socket => socket.write(NA))

      assert.equal((await visit(peer.target)).outcome, 'security-unsupported')
    })

    test('a listener of another protocol is protocol-error or handshake-failed', async () => {
      await using peer = await startSocketPeer(nobodyId(1), socket => socket.write(`HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n${'.'.repeat(200)}`))
      const { outcome } = await visit(peer.target)

      assert.ok(['protocol-error', 'handshake-failed'].includes(outcome), outcome)
    })

    test('a peer whose first addresses are dead is found at a later one', async () => {
      await using silent = await startSocketPeer(nobodyId(1), silence)
      await using peer = await startPeer({ serve: { [KAD_PROTOCOL]: serving([]) } })
      const addresses = [await deadAddress(), silent.address, await deadAddress(), peer.address]
      const { outcome, attempts, connection } = await visit({ ...peer.target, addresses })

      assert.equal(outcome, 'ok')
      assert.deepEqual(attempts.map(attempt => attempt.outcome), ['refused', 'refused', 'ok'])
      assert.deepEqual(connection?.address, peer.address)
    })

    test('a peer with only QUIC is unsupported-transport if the client does not support QUIC', async () => {
      assert.equal((await visit(nobodyAt(multiaddr('/ip4/127.0.0.1/udp/4001/quic-v1').bytes))).outcome, 'unsupported-transport')
    })

    test('a peer without addresses, or with invalid ones, is no-dialable-address', async () => {
      assert.equal((await visit(nobodyAt())).outcome, 'no-dialable-address')
      assert.equal((await visit(nobodyAt(Uint8Array.of(4, 1, 2)))).outcome, 'no-dialable-address')
    })

    test('a peer with only forbidden addresses is filtered', async () => {
      assert.equal((await visit(nobodyAt(multiaddr('/ip4/169.254.169.254/tcp/80').bytes))).outcome, 'filtered')
    })

    test('an abort ends a dial as aborted', async () => {
      await using peer = await startSocketPeer(nobodyId(1), silence)
      const controller = new AbortController()
      const visiting = visitor.visit(peer.target, controller.signal)
      setImmediate(() => {
        controller.abort()
      })

      assert.equal(checkResult(await visiting).outcome, 'aborted')
    })
  })
}

function nobodyAt (...addresses: Uint8Array[]): VisitTarget {
  return { id: nobodyId(1), addresses, plan: { strategy: 'Topology' } }
}
