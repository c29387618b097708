import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { DeadLetters } from '../../../consumer/pipeline/dead-letters.ts'
import { Outage } from '../../../consumer/pipeline/outage.ts'
import { DeadLetterHeaders } from '../../../core/contracts/dead-letter.ts'
import { ProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/signals.ts'
import { incoming, visitMessage } from '../../support/consumer/incoming.ts'
import { visitOf } from '../../support/consumer/messages.ts'
import { recordingObserver } from '../../support/consumer/recording-observer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { OutgoingMessage } from '../../../core/bus/event-bus.ts'

const { signal } = new AbortController()
const letter = { message: incoming(visitMessage(visitOf()), 42, 2), err: new ProbeError('PP_STORE_DATA', `bad \0 ${'x'.repeat(2_000)}`), attempts: 3 }

interface Fixture {
  clock: FakeClock
  outage: Outage
  letters: DeadLetters
  published: [string, readonly OutgoingMessage[]][]
  failures: Error[]
  lines: string[]
}

function fixture (): Fixture {
  const clock = new FakeClock()
  const log = pino({ level: 'silent' })
  const outage = new Outage({ clock, log })
  const observer = recordingObserver()
  const published: [string, readonly OutgoingMessage[]][] = []
  const failures: Error[] = []
  const bus = {
    publish: async (topic: string, messages: readonly OutgoingMessage[]): Promise<void> => {
      const failure = failures.shift()
      if (failure !== undefined) {
        throw failure
      }
      published.push([topic, messages])
    }
  }

  const letters = new DeadLetters({ bus, clock, log, outage, observer }, { topic: 't', deadLetterTopic: 't-dead-letters' })

  return { clock, outage, published, failures, lines: observer.lines, letters }
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

  test('let the consumer go on where their topic does not even take their headers', async () => {
    const { letters, failures, lines } = fixture()
    failures.push(...Array.from({ length: 2 }, () => new ProbeError('PP_MESSAGE_TOO_LARGE', 'too large', { details: { refused: [0] } })))
    await letters.send([letter], signal)

    assert.deepEqual(lines, ['dead-lettered PP_STORE_DATA'])
  })

  test('stop waiting when told to', async () => {
    const { letters, failures } = fixture()
    failures.push(new ProbeError('PP_BUS_UNAVAILABLE', 'away'))
    const controller = new AbortController()
    const sending = letters.send([letter], controller.signal)
    controller.abort()

    await assert.rejects(sending, isAbort)
  })
})
