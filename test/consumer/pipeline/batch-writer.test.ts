import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import { BatchWriter } from '../../../consumer/pipeline/batch-writer.ts'
import { Outage } from '../../../consumer/pipeline/outage.ts'
import { ProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { incoming, visitMessage } from '../../support/consumer/incoming.ts'
import { visitOf } from '../../support/consumer/messages.ts'
import { recordingObserver } from '../../support/consumer/recording-observer.ts'
import { ScriptedStore } from '../../support/consumer/scripted-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { StorableMessage } from '../../../consumer/pipeline/decode.ts'

const { signal } = new AbortController()
const conflict = new ProbeError('PP_STORE_CONFLICT', 'deadlock')
const unavailable = new ProbeError('PP_STORE_UNAVAILABLE', 'away')

const messages = (count: number): StorableMessage[] => Array.from({ length: count }, (_, i) => {
  const visit = visitOf({ nodeId: `QmPeerNumber${String(i).replaceAll('0', 'z')}` })

  return { kind: 'visit', message: incoming(visitMessage(visit), i), visit }
})

function fixture (): { clock: FakeClock, store: ScriptedStore, outage: Outage, writer: BatchWriter, lines: string[] } {
  const clock = new FakeClock()
  const store = new ScriptedStore()
  const log = pino({ level: 'silent' })
  const outage = new Outage({ clock, log })
  const observer = recordingObserver()

  const writer = new BatchWriter({ store, clock, log, outage, observer, random: () => 0 }, { attempts: 3, backoffMs: 500 })

  return { clock, store, outage, lines: observer.lines, writer }
}

suite('BatchWriter', () => {
  test('writes a batch at once, in its order, and nothing for none', async () => {
    const { store, writer, lines } = fixture()
    const batch = messages(3)

    assert.deepEqual(await writer.write(batch, signal), [])
    assert.deepEqual(store.peers, batch.map(({ message }) => message.key))
    assert.deepEqual(await writer.write([], signal), [])
    assert.deepEqual(lines, ['wrote 3'])
  })

  test('tries again after a conflict three times, waiting once, twice, three times as long', async () => {
    const { clock, store, outage, writer, lines } = fixture()
    const times: number[] = []
    store.failWith = () => {
      times.push(clock.monotonic())
      return times.length <= 3 ? conflict : undefined
    }
    await clock.runUntil(writer.write(messages(1), signal))

    assert.deepEqual(times, [0, 500, 1_500, 3_000])
    assert.equal(outage.state, undefined)
    assert.deepEqual(lines, ['retried conflict', 'retried conflict', 'retried conflict', 'wrote 1'])
  })

  test('takes conflicts beyond that for an outage, never for poison', async () => {
    const { clock, store, outage, writer } = fixture()
    store.failWith = () => store.tried.length <= 10 ? conflict : undefined
    const writing = writer.write(messages(1), signal)
    await clock.advance(3_000)
    assert.equal(outage.state?.code, 'PP_STORE_CONFLICT')

    assert.deepEqual(await clock.runUntil(writing), [])
    assert.equal(outage.state, undefined)
  })

  test('waits out an outage for as long as it lasts, with waits of up to 30 s', async () => {
    const { clock, store, outage, writer } = fixture()
    const times: number[] = []
    store.failWith = () => {
      times.push(clock.monotonic())
      return clock.monotonic() < 3_600_000 ? unavailable : undefined
    }
    const writing = writer.write(messages(1), signal)
    await clock.advance(3_599_000)
    assert.equal(outage.state?.message, 'away')
    assert.deepEqual(await clock.runUntil(writing), [])

    const waits = times.slice(1).map((ms, i) => ms - times[i]!)
    assert.deepEqual(waits.slice(0, 8), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    assert.equal(Math.max(...waits), 30_000)
    assert.equal(outage.state, undefined)
  })

  test('stops waiting on abort, with nothing written', async () => {
    for (const failure of [conflict, unavailable]) {
      const { store, writer } = fixture()
      store.failWith = () => failure
      const controller = new AbortController()
      const writing = writer.write(messages(1), controller.signal)
      setImmediate(() => {
        controller.abort()
      })

      await assert.rejects(writing, isAbort)
      assert.deepEqual(store.written, [])
    }
  })

  test('finds the messages whose data is refused, and writes all others', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(39)), async (count, badOnes) => {
      const { store, writer } = fixture()
      const batch = messages(count)
      const bad = new Set(batch.filter((_, i) => badOnes.includes(i)).map(({ message }) => message.key))
      store.failWith = ({ visits }) => visits.some(({ nodeId }) => bad.has(nodeId)) ? new ProbeError('PP_STORE_DATA', 'refused') : undefined
      const refused = await writer.write(batch, signal)

      assert.deepEqual(refused.map(({ message, err }) => [message.key, err.code]), [...bad].map(key => [key, 'PP_STORE_DATA']))
      assert.deepEqual(store.peers, batch.map(({ message }) => message.key).filter(key => !bad.has(key)))
      // Halving finds one bad message of n in 2 log2 n + 1 writes.
      assert.ok(store.tried.length <= Math.max(1, 1 + bad.size * 2 * Math.ceil(Math.log2(count) + 1)))
    }))
  })

  test('says how often storing a refused message was tried', async () => {
    const { store, writer } = fixture()
    store.failWith = () => new ProbeError('PP_STORE_DATA', 'refused')

    assert.deepEqual((await writer.write(messages(4), signal)).map(({ attempts }) => attempts), [3, 3, 3, 3])
  })

  test('throws an error that neither waiting nor bisecting fixes', async () => {
    const { store, writer } = fixture()
    store.failWith = () => new ProbeError('PP_STORE_SCHEMA', 'no such table')

    await assert.rejects(writer.write(messages(2), signal), { code: 'PP_STORE_SCHEMA' })
    assert.equal(store.tried.length, 1)
  })
})
