import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decodeRecords } from '../../../../../core/bus/kafka/records/kafka-records.ts'
import type { RecordsShape } from '../../../../../core/bus/kafka/records/kafka-records.ts'

interface Encoded { buffer: Buffer }
interface Sent { offsetDelta: number, timestampDelta: number, key: Uint8Array | null, value: Uint8Array | null, headers: Record<string, string> }

const encode = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoded
const shape: RecordsShape = { count: 1, firstOffset: 1_000, firstTimestampMs: 1_700_000_000_000, appendedMs: undefined, isControl: false, context: { producerId: '-1', inTransaction: false } }
const bytesOf = (...records: object[]): Buffer => Buffer.concat(records.map(record => encode(record).buffer))
const buffer = (bytes: Uint8Array | null): Buffer | null => bytes === null ? null : Buffer.from(bytes)

const textsOf = (headers: object): string[][] => Object.entries(headers).map(([name, each]) => [name, String(each)]).toSorted()

/** A varint of the protocol, by its definition. */
function zigzag (n: number): Buffer {
  const bytes: number[] = []

  for (let raw = n >= 0 ? n * 2 : -n * 2 - 1; ; raw = Math.floor(raw / 128)) {
    if (raw < 128) {
      return Buffer.from([...bytes, raw])
    }
    bytes.push(raw % 128 + 128)
  }
}

suite('decodeRecords', () => {
  test('gives back what the client of Kafka wrote', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 300 }))
    const record = fc.record({
      offsetDelta: fc.nat(1_000_000),
      timestampDelta: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      key: bytes,
      value: bytes,
      headers: fc.dictionary(fc.string({ maxLength: 20 }), fc.string({ maxLength: 200 }), { maxKeys: 8, noNullPrototype: true })
    })

    fc.assert(fc.property(fc.array(record, { maxLength: 20 }), (records: Sent[]) => {
      const written = bytesOf(...records.map(each => ({ ...each, key: buffer(each.key), value: buffer(each.value) })))
      const found = decodeRecords(written, { ...shape, count: records.length })

      const seen = found.map(({ key, value, offset, timestamp, headers }) => ({ key, value, offset, timestamp, headers: textsOf(headers) }))

      assert.deepEqual(seen, records.map(each => ({
        key: buffer(each.key),
        value: buffer(each.value),
        offset: String(1_000 + each.offsetDelta),
        timestamp: String(1_700_000_000_000 + each.timestampDelta),
        headers: textsOf(each.headers)
      })))
    }))
  })

  test('takes the time of the broker, what a transaction says, and hostile names of headers', () => {
    const [record] = decodeRecords(bytesOf({ key: null, value: null, headers: JSON.parse('{"__proto__":"x"}') as object }), { ...shape, appendedMs: 5, isControl: true, context: { producerId: '7', inTransaction: true } })

    assert.deepEqual([record!.timestamp, record!.isControlRecord, record!.batchContext], ['5', true, { producerId: '7', inTransaction: true }])
    assert.deepEqual(Object.entries(record!.headers).map(([name, value]) => [name, String(value)]), [['__proto__', 'x']])
  })

  test('reads a message with a hundred thousand headers, of which the last of each name counts', () => {
    const many = 100_000
    const headers = Buffer.concat(Array.from({ length: many }, (_, i) => Buffer.from(i % 2 === 0 ? [2, 97, 2, 120] : [2, 98, 2, i === many - 1 ? 122 : 121])))
    const body = Buffer.concat([Buffer.from([0, 0, 0, 1, 1]), zigzag(many), headers])
    const [record] = decodeRecords(Buffer.concat([zigzag(body.length), body]), shape)

    assert.deepEqual(Object.entries(record!.headers).map(([name, value]) => [name, String(value)]), [['a', 'x'], ['b', 'z']])
  })

  test('fails on bytes that end too early, and on invalid numbers and lengths', () => {
    const good = bytesOf({ key: Buffer.from('k'), value: Buffer.from('v'), headers: { h: 'x' } })

    for (let length = 0; length < good.length; length++) {
      assert.throws(() => decodeRecords(good.subarray(0, length), shape), RangeError, String(length))
    }
    assert.throws(() => decodeRecords(good, { ...shape, count: 2 }), RangeError)
    assert.throws(() => decodeRecords(Buffer.alloc(30, 0xff), shape), /does not end/)
    assert.throws(() => decodeRecords(Buffer.concat([zigzag(3), good.subarray(1)]), shape), /longer than its length field/)
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(5), (bytes, count) => {
      try {
        assert.ok(decodeRecords(Buffer.from(bytes), { ...shape, count }).length === count)
      } catch (err) {
        assert.ok(err instanceof RangeError)
      }
    }), { numRuns: 1_000 })
  })
})
