// Which of two visits counts: the one over the open connection, or the one that dials. Repeated visits over real
// connections are in test/system/reused-connection.test.ts.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { Scan } from '../../../core/contracts/scan.ts'
import { visitConnected } from '../../../crawler/passive/connected-visitor.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { MuxedScript } from '../../support/libp2p/muxed-script.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import { identifyBytes } from '../../support/network/scripted-session.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'

const KAD = '/a/kad'
const ID = nobodyId(1)
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
const OPTIONS = { kadProtocols: [KAD], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 1_000, visitTimeoutMs: 15_000 }

/** A visit over a connection with this remote, to a peer whose dial has the outcome `dialled`. */
async function visit (script: MuxedScript, dialled: Outcome, stop = new AbortController().signal): Promise<VisitResult> {
  const clock = new FakeClock()
  const attempt = { address: multiaddr('/ip4/1.2.3.4/tcp/5').bytes, outcome: dialled, durationMs: 7 }
  const visitor: Visitor = {
    visit: async () => await Promise.resolve({ lane: 'fast', startedAtMs: clock.now() + 1, durationMs: 7, outcome: dialled, attempts: [attempt] }),
    async [Symbol.asyncDispose] () {
      await Promise.resolve()
    }
  }
  const connected = visitConnected(visitor, { connectionTo: () => script.connection('/ip4/9.9.9.9/tcp/9/ws') }, OPTIONS, clock)
  const result = await clock.runUntil(connected.visit({ id: ID, addresses: [], plan: { strategy: 'Topology' } }, stop))
  assert.equal(script.openStreams, 0)
  assert.equal(clock.pending, 0)

  return result
}

suite('visitConnected', () => {
  test('reports a peer\'s answers over its connection, and the connection', async () => {
    const { outcome, lane, connection, attempts } = await visit(new MuxedScript({ '/ipfs/id/1.0.0': [identifyBytes('a/1', [])] }), 'refused')

    assert.deepEqual([outcome, lane, attempts], ['identified', 'passive', []])
    assert.deepEqual(connection, { address: multiaddr('/ip4/9.9.9.9/tcp/9/ws').bytes, transport: 'ws', security: '/noise', muxer: '/yamux/1.0.0', limited: false })
  })

  test('dials a peer that did not identify itself, and reports the visit that got further', async () => {
    const silent = new MuxedScript({ '/ipfs/id/1.0.0': ['hang'] })
    const refused = await visit(silent, 'refused')
    assert.deepEqual([refused.outcome, refused.connection?.transport, refused.durationMs], ['identify-failed', 'ws', 5_007])
    assert.deepEqual(refused.attempts.map(({ outcome }) => outcome), ['refused'])

    assert.equal((await visit(silent, 'ok')).outcome, 'ok')
  })

  test('uses the dial\'s result if nothing arrived over the connection: the peer may be gone', async () => {
    const { outcome, connection } = await visit(new MuxedScript('dead'), 'timeout')

    assert.deepEqual([outcome, connection], ['timeout', undefined])
  })

  test('does not dial when aborted', async () => {
    const { outcome, attempts } = await visit(new MuxedScript('dead'), 'ok', AbortSignal.abort())

    assert.deepEqual([outcome, attempts], ['connected', []])
  })
})
