import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AddressPolicy } from '../../../crawler/address/address-policy.ts'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { DialLimits } from '../../../crawler/dial/dial-limits.ts'
import { LaneVisitor } from '../../../crawler/visit/lane-visitor.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { findNodeReply, KAD_PROTOCOL, nobodyId } from '../../support/network/peer-fixtures.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import { identifyBytes, scriptedDialler, ScriptedSession } from '../../support/network/scripted-session.ts'

const ANSWER = frame(findNodeReply([]))

suite('LaneVisitor', () => {
  test('visits by its client, learns which protocol peers answer, and disposes of the client', async () => {
    const disposed: string[] = []
    const resources = new AsyncDisposableStack()
    const protocols = new KadProtocols([KAD_PROTOCOL])
    resources.defer(() => {
      disposed.push('lane')
    })
    const visitor = new LaneVisitor({
      dialler: scriptedDialler(async () => new ScriptedSession({ identify: identifyBytes('a', []), protocols: [KAD_PROTOCOL], streams: [[ANSWER, ANSWER]] })),
      policy: new AddressPolicy({ policy: 'Any', deny: [] }),
      limits: new DialLimits({ maxDialsPerIP: 1, maxDialsPerSubnet: 1 }),
      dns: new ScriptedDns(),
      protocols,
      clock: new FakeClock()
    }, { visitTimeoutMs: 1, dialTimeoutMs: 1, identifyTimeoutMs: 1, requestTimeoutMs: 1, staggerMs: 1, maxParallel: 1 }, resources)
    const target = { id: nobodyId(1), addresses: [Uint8Array.of(4, 127, 0, 0, 1, 6, 0, 1)], plan: { strategy: 'Census', bucket: 0 } } as const

    assert.equal(protocols.confirmed(), undefined)
    assert.equal((await visitor.visit(target, new AbortController().signal)).outcome, 'ok')
    assert.equal(protocols.confirmed(), KAD_PROTOCOL)
    await visitor[Symbol.asyncDispose]()
    assert.deepEqual(disposed, ['lane'])
  })
})
