import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { BATCH_LIMITS, BUFFER_LIMITS, LINGER_MS, Publisher } from '../../../crawler/publish/publisher.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { accept, close, FakeBus, message, never, open, unavailable } from './opened-publisher.ts'

suite('Publisher', () => {
  test('reports an outage of the bus with its reason and start, until the bus works again', async () => {
    const setting = open()
    const { bus, clock, publisher } = setting
    assert.equal(publisher.status().outage, undefined)
    bus.failure = new ProbeError('PP_BUS_REPLICAS', 'fewer in-sync replicas than required')
    publisher.accept(message('a'))
    await clock.advance(LINGER_MS)
    const sinceMs = clock.now()
    await clock.advance(60_000)
    assert.deepEqual(publisher.status().outage, { code: 'PP_BUS_REPLICAS', message: 'fewer in-sync replicas than required', sinceMs })
    bus.failure = undefined
    await clock.advance(10_000)

    assert.equal(publisher.status().outage, undefined)
    await close(setting)
  })

  test('drops, counts and logs a message that the topic refuses as too large, and continues', async () => {
    const setting = open()
    const { bus, clock, publisher, lines } = setting
    bus.refusal = new ProbeError('PP_MESSAGE_TOO_LARGE', '1 of 3 messages: larger', { details: { refused: [1] } })
    accept(publisher, 3)
    await clock.runUntil(publisher.drain(never))
    accept(publisher, 2)
    await clock.runUntil(publisher.drain(never))
    const { published, refused, buffered } = publisher.status()

    assert.deepEqual({ published, refused, buffered }, { published: 4, refused: 1, buffered: 0 })
    assert.deepEqual(lines.filter(({ level }) => level === 'error').map(({ msg, lost }) => [msg, lost]), [['dropped messages that are larger than the topic allows', [{ key: '1', bytes: 10 }]]])
    await close(setting)
  })

  test('sends its messages after 100 ms, in order', async () => {
    const setting = open()
    const { bus, clock, publisher } = setting
    publisher.accept(message('a'))
    await clock.advance(LINGER_MS - 1)
    publisher.accept(message('b'))
    assert.deepEqual(bus.batches, [])

    await clock.advance(1)
    assert.deepEqual(bus.batches, [['a', 'b']])
    await close(setting)
  })

  test('sends 500 messages at once and lets the rest wait', async () => {
    const setting = open()
    accept(setting.publisher, 1_200)
    await setting.clock.settle()
    assert.deepEqual(setting.bus.batches.map(({ length }) => length), [500, 500])

    await setting.clock.advance(LINGER_MS)
    assert.deepEqual(setting.bus.batches.map(({ length }) => length), [500, 500, 200])
    await close(setting)
  })

  test('waits 100 ms from the message\'s own arrival, not from an earlier one', async () => {
    const setting = open()
    accept(setting.publisher, 500)
    await setting.clock.advance(LINGER_MS / 2)
    setting.publisher.accept(message('late'))
    await setting.clock.advance(LINGER_MS - 1)
    assert.equal(setting.bus.batches.length, 1)

    await setting.clock.advance(1)
    assert.deepEqual(setting.bus.batches[1], ['late'])
    await close(setting)
  })

  test('keeps a batch below a broker\'s limit', async () => {
    const setting = open()
    accept(setting.publisher, 30, 60_000)
    await setting.clock.runUntil(setting.publisher.drain(never), 0)

    assert.deepEqual(setting.bus.batches.map(({ length }) => length), [13, 13, 4])
    assert.ok(13 * 60_000 <= BATCH_LIMITS.bytes)
    await close(setting)
  })

  test('publishes one batch at a time, which keeps the order', async () => {
    const setting = open()
    const first = Promise.withResolvers<undefined>()
    setting.bus.hold = first.promise
    accept(setting.publisher, 1_000)
    await setting.clock.advance(10_000)
    assert.equal(setting.bus.attempts, 1)

    setting.bus.hold = undefined
    first.resolve(undefined)
    await setting.clock.settle()
    assert.deepEqual(setting.bus.batches.flat(), Array.from({ length: 1_000 }, (_, n) => String(n)))
    await close(setting)
  })

  test('retries forever while the bus is unavailable, and neither loses nor duplicates messages', async () => {
    const setting = open()
    const { bus, clock, publisher, lines } = setting
    bus.failure = unavailable
    accept(publisher, 700)
    await clock.advance(3_600_000)
    assert.ok(bus.attempts > 100)
    assert.ok(publisher.status().retries > 100)
    assert.ok(lines.every(({ level, msg }) => level === 'warn' && msg === 'the bus did not accept a batch, retrying'))

    bus.failure = undefined
    await clock.runUntil(publisher.drain(never))
    assert.deepEqual(bus.batches.flat(), Array.from({ length: 700 }, (_, n) => String(n)))
    assert.deepEqual([publisher.status().buffered, publisher.status().bufferedBytes, publisher.status().published], [0, 0, 700])
    await close(setting)
  })

  test('has no room at 10,000 messages or 32 MB, and has room again when the bus accepted some', async () => {
    for (const [count, bytes] of [[BUFFER_LIMITS.messages, 1], [600, 60_000]] as const) {
      const setting = open()
      setting.bus.failure = unavailable
      accept(setting.publisher, count - 1, bytes)
      assert.equal(setting.publisher.ready() === undefined, count === BUFFER_LIMITS.messages)

      setting.publisher.accept(message('last', bytes))
      const room = setting.publisher.ready()
      assert.ok(room !== undefined)
      setting.bus.failure = undefined
      await setting.clock.runUntil(room)
      assert.ok(setting.publisher.status().published > 0)
      await close(setting)
    }
  })

  test('drains without waiting for a batch to fill, and resolves when all messages are acknowledged', async () => {
    const setting = open()
    const stored = Promise.withResolvers<undefined>()
    let drained = false
    setting.bus.hold = stored.promise
    accept(setting.publisher, 3)
    const draining = setting.publisher.drain(never).then(() => {
      drained = true
    })
    await setting.clock.settle()
    assert.deepEqual([setting.bus.attempts, drained], [1, false])

    stored.resolve(undefined)
    await setting.clock.runUntil(draining, 0)
    await close(setting)
  })

  test('stops draining on abort', async () => {
    const setting = open()
    setting.bus.failure = unavailable
    const stop = new AbortController()
    accept(setting.publisher, 1)
    const draining = setting.publisher.drain(stop.signal)
    stop.abort()

    await assert.rejects(draining, { name: 'AbortError' })
    setting.bus.failure = undefined
    await close(setting)
  })

  test('publishes a crawl\'s end only after all its visits are acknowledged', async () => {
    const setting = open()
    const { bus, clock, publisher } = setting
    bus.failure = unavailable
    accept(publisher, 600)
    const ending = publisher.publishAfterAll(message('finished'), never)
    await clock.advance(5_000)
    bus.failure = undefined
    await clock.runUntil(ending)

    assert.deepEqual(bus.batches.at(-1), ['finished'])
    assert.equal(bus.batches.flat().length, 601)
    await close(setting)
  })

  test('publishes a crawl\'s end on a stop that comes while the end waits for its visits', async () => {
    const setting = open()
    const { bus, clock, publisher } = setting
    const stop = new AbortController()
    bus.failure = unavailable
    accept(publisher, 3)
    const ending = assert.rejects(publisher.publishAfterAll(message('finished'), stop.signal), { name: 'AbortError' })
    await clock.settle()
    stop.abort()
    await ending
    bus.failure = undefined
    await close(setting)

    assert.deepEqual(bus.batches.flat(), ['0', '1', '2', 'finished'])
  })

  test('rejects all current and later waiters with a permanent error of the bus', async () => {
    const setting = open()
    const { bus, clock, publisher, lines } = setting
    const gone = new ProbeError('PP_BUS_CLOSED', 'closed')
    bus.failure = gone
    accept(publisher, BUFFER_LIMITS.messages)
    const waiting = [publisher.ready(), publisher.drain(never)].map(promise => assert.rejects(Promise.resolve(promise), gone))
    await clock.runUntil(Promise.all(waiting))

    await assert.rejects(Promise.resolve(publisher.ready()), gone)
    await assert.rejects(publisher.drain(never), gone)
    assert.equal(bus.attempts, 1)
    await close(setting)
    assert.deepEqual(lines.map(({ level, messages }) => [level, messages]), [['error', BUFFER_LIMITS.messages]])
  })

  test('notifies an observer of each batch and its duration', async () => {
    const observed: [number, number][] = []
    const [bus, clock] = [new FakeBus(), new FakeClock()]
    const log = createLogger({ level: 'silent' })
    const publisher = Publisher.open({ bus, clock, log, onPublished: (...args) => void observed.push(args) }, { topic: 'visits', flushTimeoutMs: 1 })
    bus.failure = unavailable
    publisher.accept(message('a'))
    await clock.advance(LINGER_MS)
    bus.failure = undefined
    await clock.runUntil(publisher.drain(never))

    assert.equal(observed[0]?.[0], 1)
    assert.equal(observed[0][1], clock.monotonic() - LINGER_MS)
    await clock.runUntil(publisher[Symbol.asyncDispose]())
  })
})
