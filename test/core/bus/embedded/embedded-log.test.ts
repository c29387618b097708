import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { EmbeddedLog } from '../../../../core/bus/embedded/embedded-log.ts'
import { partitionOf } from '../../../../core/bus/port/partition-of.ts'
import type { LogPartition } from '../../../../core/bus/embedded/embedded-log.ts'
import type { OutgoingMessage } from '../../../../core/bus/port/event-bus.ts'

const HOUR = 3_600_000
const message = (key: string, bytes: Uint8Array = Buffer.from(key)): OutgoingMessage => ({ key, value: bytes, headers: { h: key } })

function openLog (partitions: number, retentionMs = HOUR): { log: EmbeddedLog, all: () => LogPartition[] } & Disposable {
  const log = EmbeddedLog.open(':memory:')
  log.ensureTopic({ name: 't', partitions, retentionMs })

  return {
    log,
    all: () => log.partitions(log.topicId('t')),
    [Symbol.dispose]: () => {
      log[Symbol.dispose]()
    }
  }
}

suite('EmbeddedLog', () => {
  test('gives back what was appended, by partition and in order', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.uint8Array()), { maxLength: 5 }), { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), (calls, partitions) => {
      using opened = openLog(partitions)
      for (const call of calls) {
        opened.log.append('t', call.map(([key, bytes]) => message(key, bytes)), 1)
      }

      for (const partition of opened.all()) {
        const expected = calls.flat().filter(([key]) => partitionOf(key, partitions) === partition.partition)
        const read = opened.log.read(partition, 0, 1_000)
        assert.deepEqual(read.map(({ key, value, offset }) => [key, Uint8Array.from(value), offset]), expected.map(([key, bytes], i) => [key, bytes, i]))
        assert.equal(partition.next, expected.length)
      }
    }), { numRuns: 50 })
  })

  test('reads from an offset, as many as asked for', () => {
    using opened = openLog(1)
    opened.log.append('t', ['a', 'b', 'c', 'd'].map(key => message(key)), 1)

    assert.deepEqual(opened.log.read(opened.all()[0]!, 1, 2).map(({ key }) => key), ['b', 'c'])
    assert.deepEqual(opened.log.read(opened.all()[0]!, 4, 2), [])
  })

  test('reads at most 8 MiB at once, however many messages were asked for', () => {
    using opened = openLog(1)
    opened.log.append('t', Array.from({ length: 12 }, () => message('a', Buffer.alloc(1_000_000))), 1)

    assert.equal(opened.log.read(opened.all()[0]!, 0, 100).length, 9)
  })

  test('trims a partition up to the first message that is young enough, in chunks', () => {
    using opened = openLog(1)
    for (let i = 0; i < 300; i++) {
      opened.log.append('t', Array.from({ length: 10 }, () => message('a')), 0)
    }
    opened.log.append('t', [message('young')], HOUR)
    opened.log.append('t', [message('clock went back')], 0)

    assert.equal(opened.log.trim(HOUR + 1), 2_000)
    assert.equal(opened.log.trim(HOUR + 1), 1_000)
    assert.equal(opened.log.trim(HOUR + 1), 0)
    assert.deepEqual(opened.all().map(({ start, next }) => [start, next]), [[3_000, 3_002]])
  })

  test('takes a quarter of the room that messages of one kind have', () => {
    using opened = openLog(1)
    const visit = (i: number): Uint8Array => Buffer.from(JSON.stringify({ version: 1, nodeId: `Qm${String(i * 7_919)}`, startedAt: new Date(i * 997).toISOString(), outcome: 'identified', addresses: [`/ip4/192.0.2.${String(i % 250)}/tcp/4001`] }))
    const messages = Array.from({ length: 500 }, (_, i) => message(String(i), visit(i)))
    opened.log.append('t', messages, 0)

    assert.ok(opened.all()[0]!.storedBytes < messages.reduce((sum, { value }) => sum + value.byteLength, 0) / 4)
  })
})
