import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Scan } from '../../../core/contracts/scan.ts'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { laneVisitor, visitLimits } from '../../../crawler/visit/visitor-options.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { findNodeReply, KAD_PROTOCOL, nobodyId } from '../../support/network/peer-fixtures.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import { identifyBytes, scriptedDialler, ScriptedSession } from '../../support/network/scripted-session.ts'

const addresses = { ...Scan.parse({ name: 'main', network: { preset: 'ipfs' } }).addresses, policy: 'Any' as const, deny: [] }
const options = { kadProtocols: ['/x/kad/1.0.0'], agentVersion: 'x', addresses, dialTimeoutMs: 1, visitTimeoutMs: 2 }
const answer = frame(findNodeReply([]))
const dialler = scriptedDialler(async () => new ScriptedSession({ identify: identifyBytes('a', []), protocols: [KAD_PROTOCOL], streams: [[answer, answer]] }))
const target = { id: nobodyId(1), addresses: [Uint8Array.of(4, 127, 0, 0, 1, 6, 0, 1)], plan: { strategy: 'Census', bucket: 0 } } as const
const clock = new FakeClock()

suite('visitor options', () => {
  test('have default limits', () => {
    const defaults = { identifyTimeoutMs: 5_000, requestTimeoutMs: 5_000, staggerMs: 250, maxParallel: 8 }
    assert.deepEqual(visitLimits(options), { dialTimeoutMs: 1, visitTimeoutMs: 2, ...defaults })
    assert.equal(visitLimits({ ...options, identifyTimeoutMs: 7 }).identifyTimeoutMs, 7)
  })

  test('share learnt protocols, and the client is disposed of with the visitor', async () => {
    const protocols = new KadProtocols([KAD_PROTOCOL])
    const resources = new AsyncDisposableStack()
    let isClosed = false
    resources.defer(() => {
      isClosed = true
    })
    const visitor = laneVisitor(dialler, options, { clock, dns: new ScriptedDns(), protocols }, resources)
    const { outcome } = await visitor.visit(target, new AbortController().signal)

    assert.equal(outcome, 'ok')
    assert.equal(protocols.confirmed(), KAD_PROTOCOL)
    await visitor[Symbol.asyncDispose]()
    assert.ok(isClosed)
  })
})
