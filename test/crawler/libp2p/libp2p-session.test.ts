import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Libp2pSession } from '../../../crawler/libp2p/libp2p-session.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Connection } from '@libp2p/interface'

const CLOSED = Object.assign(new Error('closed'), { name: 'ConnectionClosedError' })

/** A connection whose streams take this long to open, or fail. */
function connection (clock: FakeClock, openMs: readonly number[]): { connection: Connection, aborted: Error[] } {
  const waits = [...openMs]
  const aborted: Error[] = []
  const fake = {
    encryption: '/noise',
    multiplexer: '/yamux/1.0.0',
    limits: { seconds: 120 },
    async newStream () {
      await new Promise<void>(resolve => clock.after(waits.shift() ?? 0, resolve))

      throw CLOSED
    },
    abort: (err: Error) => aborted.push(err)
  }

  return { connection: fake as unknown as Connection, aborted }
}

suite('Libp2pSession', () => {
  test('a connection through a relay is limited', () => {
    const clock = new FakeClock()

    assert.partialDeepStrictEqual(new Libp2pSession(connection(clock, []).connection, clock, undefined).connection, { limited: true, muxer: '/yamux/1.0.0' })
  })

  test('a failure to open a stream is passed on', async () => {
    const clock = new FakeClock()
    const session = new Libp2pSession(connection(clock, [10]).connection, clock, 30)
    const { signal } = new AbortController()

    await assert.rejects(clock.runUntil(session.openQueries(['/a'], Uint8Array.of(), signal)), CLOSED)
    await assert.rejects(clock.runUntil(session.identify(signal)), CLOSED)
    assert.equal(session.latencyMs, 30, 'a stream that did not open measures nothing')
  })

  test('disposing aborts the connection', () => {
    const clock = new FakeClock()
    const { connection: fake, aborted } = connection(clock, [])
    new Libp2pSession(fake, clock, 30)[Symbol.dispose]()

    assert.equal(aborted.length, 1)
  })
})
