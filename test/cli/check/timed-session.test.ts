import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { timedSession } from '../../../cli/check/timed-session.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { ScriptedSession } from '../../support/network/scripted-session.ts'
import type { RequestTimes } from '../../../cli/check/timed-session.ts'

const { signal } = new AbortController()

suite('timedSession', () => {
  test('measures each request from opening its stream to its end, and passes everything on', async () => {
    const clock = new FakeClock()
    const inner = new ScriptedSession({ identify: new Uint8Array([1, 2]), protocols: ['/kad'], streams: [[new Uint8Array([3])]] })
    const times: RequestTimes = {}
    const session = timedSession(inner, clock, times)
    const identify = await session.openIdentify(signal)
    const queries = await session.openQueries(['/other', '/kad'], new Uint8Array([9]), signal)
    await clock.advance(30)
    assert.deepEqual(await identify.read(signal), new Uint8Array([1, 2]))
    identify[Symbol.dispose]()
    await clock.advance(20)
    assert.ok(queries)
    assert.equal(queries.protocol, '/kad')
    assert.deepEqual(await queries.read(signal), new Uint8Array([3]))
    queries[Symbol.dispose]()
    session[Symbol.dispose]()

    assert.deepEqual(times, { identifyMs: 30, kadMs: 50 })
    assert.deepEqual([session.connection, session.latency], [inner.connection, inner.latency])
    assert.deepEqual([inner.isClosed, inner.openStreams], [true, 0])
  })

  test('measures a stream that cannot be opened, and has no time for one that the peer does not serve', async () => {
    const clock = new FakeClock()
    const times: RequestTimes = {}
    const session = timedSession(new ScriptedSession({ identify: 'protocol-error' }), clock, times)

    await assert.rejects(session.openIdentify(signal), { code: 'PP_PEER_FAULT' })
    assert.equal(await session.openQueries(['/kad'], new Uint8Array(), signal), undefined)
    assert.deepEqual(times, { identifyMs: 0 })
  })
})
