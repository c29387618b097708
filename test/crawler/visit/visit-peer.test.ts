import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AddressPolicy } from '../../../crawler/address/address-policy.ts'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { DialLimits } from '../../../crawler/dial/dial-limits.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { visitPeer } from '../../../crawler/visit/visit-peer.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { findNodeReply, KAD_PROTOCOL, nobodyId, plainPeers } from '../../support/network/peer-fixtures.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import { identifyBytes, scriptedDialler, ScriptedSession } from '../../support/network/scripted-session.ts'
import type { DnsResolver } from '../../../crawler/dial/dns/dns-resolver.ts'
import type { Dialler } from '../../../crawler/dial/session.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'

const ANSWER = frame(findNodeReply([{ id: nobodyId(3), addresses: [] }]))
const OPTIONS = { visitTimeoutMs: 15_000, dialTimeoutMs: 5_000, identifyTimeoutMs: 5_000, requestTimeoutMs: 5_000, staggerMs: 250, maxParallel: 8 }

/** Binary multiaddr of host 8.8.8.`host`. */
function address (host: number): Uint8Array {
  return Uint8Array.of(4, 8, 8, 8, host, 6, 15, 161)
}

class Rig {
  readonly clock = new FakeClock()
  readonly dialler: Dialler
  dns: DnsResolver = new ScriptedDns()
  readonly policy = new AddressPolicy({ policy: 'Public', deny: [] })
  readonly limits = new DialLimits({ maxDialsPerIP: 4, maxDialsPerSubnet: 32 })
  readonly protocols = new KadProtocols([KAD_PROTOCOL])

  constructor (dial: Dialler['dial']) {
    this.dialler = scriptedDialler(dial)
  }

  async visit (addresses: Uint8Array[], signal = new AbortController().signal): Promise<VisitResult> {
    return await this.clock.runUntil(visitPeer({ id: nobodyId(9), addresses, plan: { strategy: 'Census', bucket: 0 } }, this, OPTIONS, signal))
  }
}

function serverSession (): ScriptedSession {
  return new ScriptedSession({ identify: identifyBytes('a/1', [KAD_PROTOCOL]), protocols: [KAD_PROTOCOL], streams: [[ANSWER, ANSWER]] })
}

async function forever (): Promise<never> {
  return await new Promise(() => {
    // callers have a deadline
  })
}

suite('visitPeer', () => {
  test('a server is visited, and its connection closed', async () => {
    const session = serverSession()
    const rig = new Rig(async () => session)
    const result = await rig.visit([address(1)])

    assert.deepEqual({ ...result, routingTable: { ...result.routingTable, peers: plainPeers(result.routingTable?.peers) } }, {
      lane: 'fast',
      startedAtMs: Date.UTC(2026, 0, 1),
      durationMs: 0,
      outcome: 'ok',
      attempts: [{ address: address(1), outcome: 'ok', durationMs: 0 }],
      connection: { address: address(1), transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false },
      identity: { agentVersion: 'a/1', protocols: [KAD_PROTOCOL], listenAddresses: [] },
      latencyMs: 40,
      latencyErrorMs: 0,
      routingTable: { queries: 2, failed: 0, peers: [{ id: nobodyId(3), addresses: [] }], closest: 1 }
    })
    assert.ok(session.isClosed)
    assert.equal(rig.clock.pending, 0)
    assert.equal(rig.limits.size, 0)
  })

  test('the winner\'s attempt comes last, with the outcome of the visit', async () => {
    const rig = new Rig(async ({ host }) => {
      if (host[3] === 2) {
        return new ScriptedSession({ identify: 'reset' })
      }

      throw peerFault('refused', '')
    })

    assert.deepEqual((await rig.visit([address(1), address(2)])).attempts.map(attempt => attempt.outcome), ['refused', 'connected'])
  })

  test('without a connection the outcome is that of the attempt that got furthest, with its text', async () => {
    const outcomes = ['refused', 'handshake-failed', 'timeout'] as const
    const rig = new Rig(async ({ host }) => {
      throw peerFault(outcomes[host[3] ?? 0] ?? 'unknown', `text ${String(host[3])}`)
    })
    const result = await rig.visit([address(0), address(1), address(2)])

    assert.partialDeepStrictEqual(result, { outcome: 'handshake-failed', detail: 'text 1' })
    assert.equal(result.connection, undefined)
  })

  test('a visit that reaches its limit while dialling is timeout', async () => {
    const rig = new Rig(forever)
    const result = await rig.visit(Array.from({ length: 100 }, (_, i) => address(i)))

    assert.equal(result.outcome, 'timeout')
    assert.equal(result.durationMs, 15_000)
    assert.equal(rig.clock.pending, 0)
  })

  test('a visit that reaches its limit while a name is looked up is timeout', async () => {
    const rig = new Rig(forever)
    rig.dns = { texts: async (_, signal) => await untilAborted(signal), addresses: async (_, __, signal) => await untilAborted(signal) }
    const result = await rig.visit([Uint8Array.from([54, 1, 97, 6, 0, 1])])

    assert.deepEqual([result.outcome, result.attempts], ['timeout', []])
  })

  test('an abort while dialling is aborted', async () => {
    const rig = new Rig(forever)
    const controller = new AbortController()
    rig.clock.after(100, () => {
      controller.abort(new Error('whatever reason'))
    })

    assert.deepEqual((await rig.visit([address(1)], controller.signal)).outcome, 'aborted')
    assert.equal((await rig.visit([address(1)], AbortSignal.abort())).outcome, 'aborted')
  })

  test('another error of the dialler makes the attempt unknown, with its text', async () => {
    const rig = new Rig(async () => {
      throw new TypeError('cannot read properties of undefined')
    })

    assert.partialDeepStrictEqual(await rig.visit([address(1)]), { outcome: 'unknown', detail: 'cannot read properties of undefined' })
  })

  test('a visit without a dialable address dials nothing', async () => {
    const rig = new Rig(async () => assert.fail('dialled'))
    const result = await rig.visit([Uint8Array.of(4, 127, 0, 0, 1, 6, 0, 1)])

    assert.deepEqual([result.outcome, result.attempts], ['filtered', []])
    assert.equal(rig.clock.pending, 0)
  })
})

async function untilAborted (signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })
}
