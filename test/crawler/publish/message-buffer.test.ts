import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MessageBuffer } from '../../../crawler/publish/message-buffer.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

const message = (key: string, bytes: number): OutgoingMessage => ({ key, value: new Uint8Array(bytes), headers: {} })
const keys = (messages: OutgoingMessage[]): string => messages.map(({ key }) => key).join('')

function filled (...bytes: number[]): MessageBuffer {
  const buffer = new MessageBuffer({ messages: 4, bytes: 100 })
  bytes.forEach((size, i) => {
    buffer.push(message('abcdefgh'.charAt(i), size))
  })

  return buffer
}

suite('MessageBuffer', () => {
  test('is full by messages or by bytes', () => {
    assert.deepEqual([filled(1, 1, 1).isFull, filled(1, 1, 1, 1).isFull, filled(99).isFull, filled(50, 50).isFull], [false, true, false, true])
  })

  test('returns the first messages as a batch within both limits, and keeps them', () => {
    const buffer = filled(10, 10, 10, 10)

    assert.equal(keys(buffer.batch({ messages: 3, bytes: 100 })), 'abc')
    assert.equal(keys(buffer.batch({ messages: 10, bytes: 20 })), 'ab')
    assert.equal(buffer.size, 4)
  })

  test('returns at least one message, however large', () => {
    assert.equal(keys(filled(90, 1).batch({ messages: 5, bytes: 10 })), 'a')
    assert.equal(keys(filled().batch({ messages: 5, bytes: 10 })), '')
  })

  test('removes acknowledged messages', () => {
    const buffer = filled(10, 20, 30)
    buffer.acknowledge(2)

    assert.deepEqual([buffer.size, buffer.bytes, keys(buffer.batch({ messages: 9, bytes: 99 }))], [1, 30, 'c'])
  })
})
