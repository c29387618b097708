import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { BatchWriter } from '../../../consumer/pipeline/batch-writer.ts'
import { DeadLetterRate } from '../../../consumer/pipeline/dead-letter-rate.ts'
import { DeadLetters } from '../../../consumer/pipeline/dead-letters.ts'
import { Outage } from '../../../consumer/pipeline/outage.ts'
import { Pipeline } from '../../../consumer/pipeline/pipeline.ts'
import { ProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { crawlMessage, incoming, visitMessage } from '../../support/consumer/incoming.ts'
import { crawlOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { recordingObserver } from '../../support/consumer/recording-observer.ts'
import { ScriptedStore } from '../../support/consumer/scripted-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { IncomingMessage, OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

interface Fixture {
  clock: FakeClock
  store: ScriptedStore
  pipeline: Pipeline
  rate: DeadLetterRate
  controller: AbortController

  /** What the observer received. */
  lines: string[]

  /** What happened outside, in order. */
  events: string[]
  handle: (partition: number, messages: readonly OutgoingMessage[], firstOffset?: number, behind?: number) => Promise<void>
}

function fixture (): Fixture {
  const clock = new FakeClock()
  const store = new ScriptedStore()
  const events: string[] = []
  const controller = new AbortController()
  const log = pino({ level: 'silent' })
  const observer = recordingObserver()
  const shared = { clock, log, outage: new Outage({ clock, log }), observer }
  const bus = {
    publish: async (topic: string, messages: readonly OutgoingMessage[]): Promise<void> => {
      events.push(`${topic} takes ${messages.map(({ headers }) => headers['peerprobe-offset']).join(', ')}`)
    }
  }
  const rate = new DeadLetterRate({ clock, log })
  const pipeline = new Pipeline({
    ...shared,
    writer: new BatchWriter({
      ...shared,
      store: {
        write: async (batch) => {
          const report = await store.write(batch)
          events.push(`store takes ${String(batch.visits.length + batch.crawls.length)}`)
          return report
        }
      }
    }, { attempts: 3, backoffMs: 500 }),
    deadLetters: new DeadLetters({ ...shared, bus }, { topic: 't', deadLetterTopic: 'dead', whenRefused: 'wait' }),
    rate,
    commit: async (partition, nextOffset) => {
      events.push(`commit ${String(partition)} up to ${String(nextOffset)}`)
    }
  }, { maxMessages: 4, maxWaitMs: 100, concurrentWrites: 1 }, controller.signal)

  return {
    clock,
    store,
    pipeline,
    rate,
    controller,
    lines: observer.lines,
    events,
    handle: async (partition, messages, firstOffset = 0, behind = 0) => {
      const there = messages.map((message, i): IncomingMessage => incoming(message, firstOffset + i, partition))
      await pipeline.handle({ partition, messages: there, nextOffset: firstOffset + messages.length + behind })
    }
  }
}

const good = (peer: string = PEERS[0]): OutgoingMessage => visitMessage(visitOf({ nodeId: peer }))
const bad: OutgoingMessage = { key: 'k', value: Buffer.from('{'), headers: {} }

suite('Pipeline', () => {
  test('tells with each commit how long the oldest of its messages was on its way, and nothing where there was none', async () => {
    const { clock, lines, pipeline } = fixture()
    const sent = (offset: number, timestampMs: number): IncomingMessage => ({ ...incoming(good(), offset, 0), timestampMs })
    await clock.runUntil(pipeline.handle({ partition: 0, messages: [sent(0, clock.now() - 300), sent(1, clock.now() - 900)], nextOffset: 2 }))
    await pipeline.handle({ partition: 0, messages: [], nextOffset: 3 })
    // From a machine whose clock is ahead.
    await clock.runUntil(pipeline.handle({ partition: 0, messages: [sent(3, clock.now() + 60_000)], nextOffset: 4 }))

    assert.deepEqual(lines.filter(line => line.startsWith('committed')), ['committed 2 after 1000 ms', 'committed 0', 'committed 1 after 0 ms'])
  })

  test('commits the end of a batch, behind what holds no message, also where nothing else is in it', async () => {
    const { clock, events, handle } = fixture()
    await clock.runUntil(handle(0, [good()], 7, 2))
    await clock.runUntil(handle(0, [], 10, 1))

    assert.deepEqual(events, ['store takes 1', 'commit 0 up to 10', 'commit 0 up to 11'])
  })

  test('writes the messages of all partitions in one transaction and then commits each partition', async () => {
    const { clock, events, handle } = fixture()
    await clock.runUntil(Promise.all([handle(0, [good()], 7), handle(1, [good(PEERS[1]), crawlMessage(crawlOf())], 3)]))

    assert.deepEqual(events, ['store takes 3', 'commit 0 up to 8', 'commit 1 up to 5'])
    assert.equal(clock.monotonic(), 100)
  })

  test('commits a batch that is cut in two once all of it is written', async () => {
    const { clock, events, handle } = fixture()
    await clock.runUntil(handle(0, Array.from({ length: 6 }, () => good())))

    assert.deepEqual(events, ['store takes 4', 'store takes 2', 'commit 0 up to 6'])
  })

  test('commits a message that cannot be stored only after its dead letter is acknowledged', async () => {
    const { clock, events, handle } = fixture()
    await clock.runUntil(handle(0, [good(), bad, good(PEERS[1])], 10))

    assert.deepEqual(events, ['store takes 2', 'dead takes 11', 'commit 0 up to 13'])
  })

  test('raises no alarm at a whole topic of messages that an older program left', async () => {
    const { clock, events, handle, rate } = fixture()
    const legacy: OutgoingMessage = { key: 'k', value: Buffer.from('{"node_id":"x"}'), headers: {} }
    await clock.runUntil(handle(0, Array.from({ length: 400 }, () => legacy)))

    assert.equal(events.filter(event => event.startsWith('dead takes')).length, 100)
    assert.equal(events.at(-1), 'commit 0 up to 400')
    assert.equal(rate.share, 0)
    await clock.runUntil(handle(0, Array.from({ length: 400 }, () => bad), 400))
    assert.equal(rate.problem?.code, 'PP_DEAD_LETTER_RATE')
  })

  test('dead-letters the message that the database refuses and stores the others', async () => {
    const { clock, events, handle, store } = fixture()
    store.failWith = ({ visits }) => visits.some(({ nodeId }) => nodeId === PEERS[1]) ? new ProbeError('PP_STORE_DATA', 'refused') : undefined
    await clock.runUntil(handle(0, [good(), good(PEERS[1]), good(PEERS[2])]))

    assert.deepEqual(store.peers, [PEERS[0], PEERS[2]])
    assert.deepEqual(events, ['store takes 1', 'store takes 1', 'dead takes 1', 'commit 0 up to 3'])
  })

  test('commits nothing while the database is away', async () => {
    const { clock, events, handle, store } = fixture()
    let isAway = true
    store.failWith = () => isAway ? new ProbeError('PP_STORE_UNAVAILABLE', 'away') : undefined
    const handling = handle(0, [good()])
    await clock.advance(600_000)
    assert.deepEqual(events, [])
    isAway = false
    await clock.runUntil(handling)

    assert.deepEqual(events, ['store takes 1', 'commit 0 up to 1'])
  })

  for (const [name, isBad] of [['a quarter', 4], ['half', 2], ['all', 1]] as const) {
    test(`parks the bad messages and stores the good ones where ${name} of them are bad`, async () => {
      const { clock, events, handle, store, rate } = fixture()
      const messages = Array.from({ length: 400 }, (_, i) => i % isBad === 0 ? bad : good())
      await clock.runUntil(handle(0, messages))
      const parked = events.flatMap(event => event.startsWith('dead takes ') ? event.slice('dead takes '.length).split(', ') : [])

      assert.deepEqual(parked, messages.flatMap((message, i) => message === bad ? [String(i)] : []))
      assert.equal(store.peers.length, 400 - 400 / isBad)
      assert.equal(events.at(-1), 'commit 0 up to 400')
      assert.equal(rate.problem?.code, 'PP_DEAD_LETTER_RATE')
    })
  }

  test('finishes the running transaction when it is stopped, and does not wait for more messages', async () => {
    const { clock, controller, events, handle } = fixture()
    const handling = handle(0, [good()])
    controller.abort()
    await clock.settle()

    assert.deepEqual(events, ['store takes 1', 'commit 0 up to 1'])
    assert.equal(clock.monotonic(), 0)
    await handling
  })

  test('ends during an outage when it is stopped, with nothing committed', async () => {
    const { clock, controller, events, handle, store } = fixture()
    store.failWith = () => new ProbeError('PP_STORE_UNAVAILABLE', 'away')
    const handling = assert.rejects(handle(0, [good()]), isAbort)
    await clock.advance(10_000)
    controller.abort()
    await handling

    assert.deepEqual(events, [])
  })
})
