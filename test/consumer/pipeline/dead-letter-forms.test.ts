import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DEAD_LETTER_FORMS } from '../../../consumer/pipeline/dead-letter-forms.ts'
import { DeadLetterHeaders } from '../../../core/contracts/dead-letter.ts'
import { ProbeError } from '../../../core/errors.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

const message = { key: 'k'.repeat(500_000), value: Buffer.alloc(500_000), headers: { own: 'x'.repeat(500_000) }, partition: 2, offset: 42, timestampMs: 0 }
const context = { topic: 't', at: '2026-01-01T00:00:00.000Z' }

const formsOf = (text: string): OutgoingMessage[] => DEAD_LETTER_FORMS.map(form => form({ kind: 'rejected', message, err: new ProbeError('PP_STORE_DATA', text), attempts: 1 }, context))
const sizeOf = ({ key, value, headers }: OutgoingMessage): number => Buffer.byteLength(JSON.stringify([key, headers])) + value.length

suite('the forms of a dead letter', () => {
  test('become smaller: whole, without the value, the reason alone', () => {
    const [whole, short, bare] = formsOf('why') as [OutgoingMessage, OutgoingMessage, OutgoingMessage]

    assert.deepEqual([whole.key, whole.value, whole.headers['own']], [message.key, message.value, message.headers.own])
    assert.deepEqual([short.key, short.value.length, short.headers['own']], [message.key, 0, message.headers.own])
    assert.deepEqual([bare.key, bare.value.length, bare.headers['own']], ['', 0, undefined])
  })

  test('all say where the message is, and what was left out of them', () => {
    const forms = formsOf('why')

    for (const { headers } of forms) {
      const reason = DeadLetterHeaders.parse(headers)
      assert.deepEqual([reason['peerprobe-topic'], reason['peerprobe-partition'], reason['peerprobe-offset'], reason['peerprobe-error-message']], ['t', '2', '42', 'why'])
    }
    assert.deepEqual(forms.map(({ headers }) => headers['peerprobe-omitted-bytes']), [undefined, '500000', '500000'])
  })

  test('end in one that is small whatever the message and the reason hold', () => {
    for (const text of ['why', 'x'.repeat(1_000_000), '\u{1F600}'.repeat(100_000), '\u0800'.repeat(100_000), '\0'.repeat(100_000)]) {
      assert.ok(sizeOf(formsOf(text).at(-1)!) < 4_000)
    }
  })
})
