import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Scan } from '../../../core/contracts/scan.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { laneVisitor, visitLimits } from '../../../crawler/visit/visitor-options.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import type { Dialler } from '../../../crawler/dial/session.ts'

const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
const options = { kadProtocols: ['/x/kad/1.0.0'], agentVersion: 'x', addresses, dialTimeoutMs: 1, visitTimeoutMs: 2 }
const dialler = { lane: 'fast', supports: () => false } as unknown as Dialler

suite('what lanes have in common', () => {
  test('are limits with defaults', () => {
    const defaults = { identifyTimeoutMs: 5_000, requestTimeoutMs: 5_000, staggerMs: 250, maxParallel: 8 }
    assert.deepEqual(visitLimits(options), { dialTimeoutMs: 1, visitTimeoutMs: 2, ...defaults })
    assert.equal(visitLimits({ ...options, identifyTimeoutMs: 7 }).identifyTimeoutMs, 7)
  })

  test('is what the others have learnt, and what a lane holds goes with it', async () => {
    const protocols = new KadProtocols(['/learnt/kad/1.0.0'])
    protocols.confirm('/learnt/kad/1.0.0')
    const resources = new AsyncDisposableStack()
    let isClosed = false
    resources.defer(() => {
      isClosed = true
    })
    const visitor = laneVisitor(dialler, options, { clock: systemClock, dns: new ScriptedDns(), protocols }, resources)
    const alone = laneVisitor(dialler, options, { clock: systemClock, dns: new ScriptedDns() }, new AsyncDisposableStack())

    assert.equal(visitor.confirmedProtocol(), '/learnt/kad/1.0.0')
    assert.equal(alone.confirmedProtocol(), undefined)
    await visitor[Symbol.asyncDispose]()
    assert.ok(isClosed)
  })
})
