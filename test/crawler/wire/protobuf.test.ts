import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ProtobufReader, ProtobufWriter } from '../../../crawler/wire/protobuf.ts'

function fieldsOf (bytes: Uint8Array): { fields: number[], malformed: boolean } {
  const reader = new ProtobufReader(bytes)
  const fields: number[] = []

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    fields.push(field)
  }

  return { fields, malformed: reader.malformed }
}

suite('protobuf', () => {
  test('written fields are read back', () => {
    const field = fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.oneof(fc.maxSafeNat(), fc.uint8Array()))

    fc.assert(fc.property(fc.array(field), (fields) => {
      const writer = new ProtobufWriter()
      fields.forEach(([number, value]) => typeof value === 'number' ? writer.number(number, value) : writer.bytes(number, value))
      const reader = new ProtobufReader(writer.finish())

      for (const [number, value] of fields) {
        assert.equal(reader.next(), number)
        assert.deepEqual(typeof value === 'number' ? reader.number() : reader.view(), value)
      }
      assert.equal(reader.next(), 0)
      assert.equal(reader.malformed, false)
    }))
  })

  test('reading arbitrary bytes ends and never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { fields } = fieldsOf(bytes)

      assert.ok(fields.length <= bytes.length)
    }), { numRuns: 2_000 })
  })

  test('a value that ends after the message is malformed, and so is each later read', () => {
    const reader = new ProtobufReader(Uint8Array.of(0x0a, 5, 1, 2))

    assert.equal(reader.next(), 0)
    assert.equal(reader.malformed, true)
    assert.equal(reader.next(), 0)
  })

  for (const [what, bytes] of [
    ['field number 0', [0x02, 0]],
    ['a group', [0x0b]],
    ['a fixed64 that breaks off', [0x09, 1, 2, 3, 4, 5, 6, 7]],
    ['a fixed32 that breaks off', [0x0d, 1, 2, 3]],
    ['a varint that breaks off', [0x08, 0x80]],
    ['a length beyond 2^53', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]]
  ] as const) {
    test(`${what} is malformed`, () => {
      assert.deepEqual(fieldsOf(Uint8Array.from(bytes)), { fields: [], malformed: true })
    })
  }

  test('unknown fields of every kind are skipped', () => {
    const bytes = Uint8Array.from([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x0d, 1, 2, 3, 4, ...new ProtobufWriter().number(3, 7).bytes(4, Uint8Array.of(1)).finish()])

    assert.deepEqual(fieldsOf(bytes), { fields: [1, 1, 3, 4], malformed: false })
  })

  test('a value of another kind is not a number', () => {
    const reader = new ProtobufReader(new ProtobufWriter().bytes(1, Uint8Array.of(5)).finish())
    reader.next()

    assert.ok(Number.isNaN(reader.number()))
    assert.equal(reader.uint64(), undefined)
    assert.equal(reader.isBytes, true)
  })

  test('text that is not UTF-8 is read with replacement characters', () => {
    const reader = new ProtobufReader(new ProtobufWriter().bytes(1, Uint8Array.of(0x61, 0xff)).text(2, 'ü').finish())
    reader.next()
    assert.equal(reader.text(), 'a\ufffd')
    reader.next()
    assert.equal(reader.text(), 'ü')
  })

  test('a part of an array is read within its bounds', () => {
    const reader = new ProtobufReader(Uint8Array.from([0xff, 0x08, 1, 0x0a, 1]), 1, 3)

    assert.equal(reader.next(), 1)
    assert.equal(reader.next(), 0)
    assert.equal(reader.malformed, false)
  })
})
