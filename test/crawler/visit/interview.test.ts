import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../core/defined.ts'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { interview } from '../../../crawler/visit/interview.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { findNodeReply, KAD_PROTOCOL, nobodyId } from '../../support/network/peer-fixtures.ts'
import { identifyBytes, ScriptedSession } from '../../support/network/scripted-session.ts'
import type { Interview } from '../../../crawler/visit/interview.ts'
import type { SessionScript } from '../../support/network/scripted-session.ts'

const ANSWER = frame(findNodeReply([]))
const SERVER: SessionScript = { identify: identifyBytes('a/1', [KAD_PROTOCOL]), protocols: [KAD_PROTOCOL], streams: [[ANSWER, ANSWER]] }

async function meet (script: SessionScript, protocols = new KadProtocols([KAD_PROTOCOL]), signal = new AbortController().signal): Promise<Interview> {
  const clock = new FakeClock()
  const target = { id: nobodyId(9), addresses: [], plan: { strategy: 'Census', bucket: 1 } } as const
  const deps = { clock, protocols, identifyTimeoutMs: 5_000, requestTimeoutMs: 5_000 }
  const met = await clock.runUntil(interview(new ScriptedSession(script), target, deps, signal))
  assert.equal(clock.pending, 0, 'no timer is left')

  return met
}

suite('interview', () => {
  test('a peer that identifies itself and answers queries is ok', async () => {
    assert.partialDeepStrictEqual(await meet(SERVER), { outcome: 'ok', identity: { agentVersion: 'a/1' }, table: { answered: 2 } })
  })

  test('a peer that identifies itself and refuses the DHT is identified', async () => {
    assert.equal((await meet({ identify: identifyBytes('a/1', ['/x']), protocols: [] })).outcome, 'identified')
  })

  test('a peer that lists the protocol and refuses it is rpc-failed', async () => {
    assert.equal((await meet({ ...SERVER, protocols: [] })).outcome, 'rpc-failed')
  })

  test('a peer that does not list the protocol and answers is ok', async () => {
    assert.equal((await meet({ ...SERVER, identify: identifyBytes('a/1', []) })).outcome, 'ok')
  })

  test('a peer without a usable answer is rpc-failed, with the reason', async () => {
    assert.partialDeepStrictEqual(await meet({ ...SERVER, streams: [['hang']] }), { outcome: 'rpc-failed', detail: 'timeout' })
    assert.partialDeepStrictEqual(await meet({ ...SERVER, streams: [['reset']] }), { outcome: 'rpc-failed', detail: 'reset' })
  })

  for (const [what, identify, outcome, detail] of [
    ['never identifies itself', undefined, 'identify-failed', 'timeout'],
    ['breaks identify', 'protocol-error', 'identify-failed', 'as scripted'],
    ['identifies itself with garbage', Uint8Array.of(2, 0xff, 0xff), 'identify-failed', 'identify is empty or malformed'],
    ['closes the connection first', 'reset', 'connected', 'reset']
  ] as const) {
    test(`a peer that ${what} is ${outcome}, and its table is kept`, async () => {
      const { protocols = [], streams = [] } = SERVER
      const script = { protocols, streams, ...defined({ identify }) }

      assert.partialDeepStrictEqual(await meet(script), { outcome, detail, table: { answered: 2 } })
    })
  }

  test('a connected peer stays connected when the visit is aborted', async () => {
    assert.equal((await meet({}, undefined, AbortSignal.abort())).outcome, 'connected')
  })

  test('only the protocol that answered is confirmed', async () => {
    const protocols = new KadProtocols([KAD_PROTOCOL])
    await meet({ ...SERVER, streams: [['reset']] }, protocols)
    assert.equal(protocols.confirmed(), undefined)
    await meet(SERVER, protocols)

    assert.equal(protocols.confirmed(), KAD_PROTOCOL)
  })

  test('if no protocol is known, the one that identify lists is used', async () => {
    assert.equal((await meet(SERVER, new KadProtocols([]))).outcome, 'ok')
    assert.equal((await meet({ ...SERVER, identify: identifyBytes('a/1', ['/x']) }, new KadProtocols([]))).outcome, 'identified')
    assert.equal((await meet({ ...SERVER, identify: 'reset' }, new KadProtocols([]))).outcome, 'connected')
  })

  test('identify and the first queries are sent at the same time', async () => {
    const asked: string[] = []
    const session = new ScriptedSession(SERVER)
    const [openIdentify, openQueries] = [session.openIdentify.bind(session), session.openQueries.bind(session)]
    session.openIdentify = async () => {
      asked.push('identify')

      return await openIdentify()
    }
    session.openQueries = async (protocols, first) => {
      asked.push('queries')

      return await openQueries(protocols, first)
    }
    const deps = { clock: new FakeClock(), protocols: new KadProtocols([KAD_PROTOCOL]), identifyTimeoutMs: 5_000, requestTimeoutMs: 5_000 }
    const meeting = interview(session, { id: nobodyId(9), addresses: [], plan: { strategy: 'Topology' } }, deps, new AbortController().signal)

    assert.deepEqual(asked, ['identify', 'queries'])
    await meeting
  })

  test('the latency is that of the session, including its last ping', async () => {
    assert.deepEqual((await meet(SERVER)).latency, { ms: 40, errorMs: 0 })
    const session = Object.assign(new ScriptedSession(SERVER), {
      latency: { ms: 40, errorMs: 39 },
      ping: async () => {
        session.latency = { ms: 3, errorMs: 0.1 }
        await Promise.resolve()
      }
    })
    const deps = { clock: new FakeClock(), protocols: new KadProtocols([KAD_PROTOCOL]), identifyTimeoutMs: 5_000, requestTimeoutMs: 5_000 }

    const { latency } = await interview(session, { id: nobodyId(9), addresses: [], plan: { strategy: 'Topology' } }, deps, new AbortController().signal)
    assert.deepEqual(latency, { ms: 3, errorMs: 0.1 })
  })
})
