import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { DeadLetters } from '../../../consumer/pipeline/dead-letters.ts'
import { Outage } from '../../../consumer/pipeline/outage.ts'
import { DeadLetterHeaders } from '../../../core/contracts/dead-letter.ts'
import { ProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { incoming, visitMessage } from '../../support/consumer/incoming.ts'
import { visitOf } from '../../support/consumer/messages.ts'
import { recordingObserver } from '../../support/consumer/recording-observer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { RejectedMessage } from '../../../consumer/pipeline/decode.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

const { signal } = new AbortController()
const letter: RejectedMessage = { kind: 'rejected', message: incoming(visitMessage(visitOf()), 42, 2), err: new ProbeError('PP_STORE_DATA', `bad \0 ${'x'.repeat(2_000)}`), attempts: 3 }

const tooLarge = (refused: number[]): ProbeError => new ProbeError('PP_MESSAGE_TOO_LARGE', 'too large', { details: { refused } })

interface Fixture {
  clock: FakeClock
  outage: Outage
  letters: DeadLetters
  published: [string, readonly OutgoingMessage[]][]
  failures: Error[]

  /** How many messages each call of the bus brought. */
  tries: number[]
  lines: string[]
}

function fixture (whenRefused: 'wait' | 'skip' = 'wait'): Fixture {
  const clock = new FakeClock()
  const log = pino({ level: 'silent' })
  const outage = new Outage({ clock, log })
  const observer = recordingObserver()
  const published: [string, readonly OutgoingMessage[]][] = []
  const failures: Error[] = []
  const tries: number[] = []
  const bus = {
    publish: async (topic: string, messages: readonly OutgoingMessage[]): Promise<void> => {
      tries.push(messages.length)
      const failure = failures.shift()
      if (failure !== undefined) {
        throw failure
      }
      published.push([topic, messages])
    }
  }

  const letters = new DeadLetters({ bus, clock, log, outage, observer }, { topic: 't', deadLetterTopic: 't-dead-letters', whenRefused })

  return { clock, outage, published, failures, tries, lines: observer.lines, letters }
}

suite('DeadLetters', () => {
  test('keep key and value unchanged, and the message\'s own headers beside the reason', async () => {
    const { letters, published, clock, lines } = fixture()
    await letters.send([letter], signal)
    const [topic, [sent]] = published[0]!
    const reason = DeadLetterHeaders.parse(sent!.headers)

    assert.equal(topic, 't-dead-letters')
    assert.deepEqual([sent!.key, sent!.value], [letter.message.key, letter.message.value])
    assert.equal(sent!.headers['ce_id'], letter.message.headers['ce_id'])
    assert.deepEqual({ ...reason, 'peerprobe-error-message': reason['peerprobe-error-message'].slice(0, 6) }, {
      'peerprobe-topic': 't',
      'peerprobe-partition': '2',
      'peerprobe-offset': '42',
      'peerprobe-error-code': 'PP_STORE_DATA',
      'peerprobe-error-message': 'bad � ',
      'peerprobe-attempts': '3',
      'peerprobe-at': new Date(clock.now()).toISOString()
    })
    assert.deepEqual(lines, ['dead-lettered PP_STORE_DATA'])
  })

  test('wait for a bus that is away, as an outage, and count only what it acknowledged', async () => {
    const { letters, published, clock, outage, failures, lines } = fixture()
    failures.push(...Array.from({ length: 20 }, () => new ProbeError('PP_BUS_UNAVAILABLE', 'away')))
    const sending = letters.send([letter], signal)
    await clock.advance(60_000)
    assert.equal(outage.state?.code, 'PP_BUS_UNAVAILABLE')
    assert.equal(published.length, 0)
    await clock.runUntil(sending)

    assert.equal(published.length, 1)
    assert.equal(outage.state, undefined)
    assert.equal(lines.at(-1), 'dead-lettered PP_STORE_DATA')
    assert.equal(lines.filter(line => line === 'retried bus-unavailable').length, 20)
  })

  test('go without their values where their topic takes nothing of that size, and say so', async () => {
    const { letters, published, failures, lines } = fixture()
    const small = { ...letter, message: incoming(visitMessage(visitOf()), 43, 2) }
    failures.push(new ProbeError('PP_MESSAGE_TOO_LARGE', 'one of two', { details: { refused: [0] } }))
    await letters.send([letter, small], signal)
    const [[, sent]] = published as [[string, readonly OutgoingMessage[]]]

    assert.deepEqual(sent.map(({ value }) => value.length), [0])
    assert.equal(sent[0]!.headers['peerprobe-offset'], '42')
    assert.equal(sent[0]!.headers['peerprobe-omitted-bytes'], String(letter.message.value.length))
    assert.ok(DeadLetterHeaders.safeParse(sent[0]!.headers).success)
    assert.equal(lines.filter(line => line.startsWith('dead-lettered')).length, 2)
  })

  test('are small whatever the message holds where their topic takes not even its key and headers', async () => {
    const { letters, published, failures, lines } = fixture()
    const huge = { ...letter, message: { ...letter.message, key: 'k'.repeat(1_000_000), headers: { h: 'x'.repeat(1_000_000) } } }
    failures.push(tooLarge([0]), tooLarge([0]))
    await letters.send([huge], signal)
    const [[, [sent]]] = published as [[string, readonly OutgoingMessage[]]]

    assert.ok(DeadLetterHeaders.safeParse(sent!.headers).success)
    assert.equal(sent!.headers['peerprobe-offset'], '42')
    assert.equal(sent!.headers['peerprobe-omitted-bytes'], String(letter.message.value.length))
    assert.ok(JSON.stringify(sent).length < 8_000)
    assert.deepEqual(lines, ['dead-lettered PP_STORE_DATA'])
  })

  test('wait for a topic that takes not even the reason, and bring it only those that it refused', async () => {
    const { clock, letters, outage, failures, lines, tries } = fixture()
    failures.push(tooLarge([0, 1]), tooLarge([0, 1]), tooLarge([1]), tooLarge([0]))
    const sending = letters.send([letter, letter], signal)
    await clock.advance(1)
    assert.equal(outage.state?.code, 'PP_MESSAGE_TOO_LARGE')
    await clock.runUntil(sending)

    assert.deepEqual(tries, [2, 2, 2, 1, 1])
    assert.equal(outage.state, undefined)
    assert.equal(lines.filter(line => line.startsWith('dead-lettered')).length, 2)
  })

  for (const code of ['PP_TOPIC_MISSING', 'PP_BUS_FORBIDDEN', 'PP_BUS_REFUSED', 'PP_BUS_FAILED', 'PP_BUS_REPLICAS', 'PP_BUS_SETTLING'] as const) {
    test(`wait where their topic refuses them (${code}), and do not end the consumer`, async () => {
      const { clock, letters, outage, failures, lines } = fixture()
      failures.push(...Array.from({ length: 50 }, () => new ProbeError(code, 'no')))
      const sending = letters.send([letter], signal)
      await clock.advance(600_000)
      assert.equal(outage.state?.code, code)
      await clock.runUntil(sending)

      assert.equal(outage.state, undefined)
      assert.equal(lines.at(-1), 'dead-lettered PP_STORE_DATA')
    })

    test(`are skipped after a minute where their topic refuses them (${code}) and skipping was decided`, async () => {
      const { clock, letters, outage, failures, lines, tries } = fixture('skip')
      failures.push(...Array.from({ length: 9 }, () => new ProbeError(code, 'no')))
      const startMs = clock.monotonic()
      await clock.runUntil(letters.send([letter, letter], signal))
      assert.ok(clock.monotonic() - startMs >= 30_000 && clock.monotonic() - startMs <= 62_000)
      assert.deepEqual(lines.filter(line => !line.startsWith('retried')), ['skipped PP_STORE_DATA', 'skipped PP_STORE_DATA'])
      assert.equal(outage.state, undefined)

      // The next ones are tried once, so that a flood of them does not take a minute for each batch.
      await letters.send([letter], signal)
      assert.equal(tries.length, 9)
      await letters.send([letter], signal)
      assert.equal(lines.at(-1), 'dead-lettered PP_STORE_DATA')
    })
  }

  test('are skipped where their topic takes not even the reason and skipping was decided', async () => {
    const { letters, failures, lines } = fixture('skip')
    failures.push(tooLarge([0]), tooLarge([0]), tooLarge([0]))
    await letters.send([letter], signal)

    assert.deepEqual(lines, ['skipped PP_STORE_DATA'])
  })

  test('are never skipped while the whole bus is away', async () => {
    const { clock, letters, failures, lines } = fixture('skip')
    failures.push(...Array.from({ length: 50 }, () => new ProbeError('PP_BUS_UNAVAILABLE', 'away')))
    await clock.runUntil(letters.send([letter], signal))

    assert.equal(lines.at(-1), 'dead-lettered PP_STORE_DATA')
  })

  test('lose headers that their writer took from a dead letter: one of them would keep it from being replayed', async () => {
    const { letters, published } = fixture()
    await letters.send([{ ...letter, message: { ...letter.message, headers: { ...letter.message.headers, 'peerprobe-omitted-bytes': '0', 'peerprobe-offset': '7' } } }], signal)
    const [[, [sent]]] = published as [[string, readonly OutgoingMessage[]]]

    assert.equal(sent!.headers['peerprobe-omitted-bytes'], undefined)
    assert.equal(sent!.headers['peerprobe-offset'], '42')
  })

  test('stop waiting on abort', async () => {
    const { letters, failures } = fixture()
    failures.push(new ProbeError('PP_BUS_UNAVAILABLE', 'away'))
    const controller = new AbortController()
    const sending = letters.send([letter], controller.signal)
    controller.abort()

    await assert.rejects(sending, isAbort)
  })
})
