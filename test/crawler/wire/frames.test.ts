import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame, FrameReader } from '../../../crawler/wire/frames.ts'

function drain (reader: FrameReader): Uint8Array[] {
  const messages: Uint8Array[] = []

  for (let message = reader.next(); message !== undefined; message = reader.next()) {
    messages.push(message)
  }

  return messages
}

/** Cuts bytes at the given positions. */
function cut (bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]

  return sorted.slice(1).map((end, i) => bytes.slice(sorted[i], end))
}

suite('frames', () => {
  test('messages are complete, however their bytes are cut', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 30 }), (messages, places) => {
      const reader = new FrameReader(300)
      const read = cut(concatBytes(messages.map(frame)), places).flatMap((chunk) => {
        reader.push(chunk)

        return drain(reader)
      })

      assert.deepEqual(read.map(message => [...message]), messages.map(message => [...message]))
      assert.equal(reader.malformed, false)
    }))
  })

  test('returned messages do not change while more bytes arrive', () => {
    const reader = new FrameReader(100)
    const bytes = concatBytes([frame(Uint8Array.of(1, 2, 3)), frame(Uint8Array.of(4, 5, 6)), frame(Uint8Array.of(7, 8, 9))])
    const kept: Uint8Array[] = []

    for (const byte of bytes) {
      reader.push(Uint8Array.of(byte))
      kept.push(...drain(reader))
    }

    assert.deepEqual(kept.map(message => [...message]), [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
  })

  test('a caller may reuse the chunks that it pushed', () => {
    const reader = new FrameReader(100)
    const chunk = Uint8Array.of(3, 1)
    reader.push(chunk)
    reader.next()
    reader.push(Uint8Array.of(2))
    chunk.fill(9)
    reader.push(Uint8Array.of(3))

    assert.deepEqual(drain(reader), [Uint8Array.of(1, 2, 3)])
  })

  test('a message above the limit is malformed as soon as its length is known, and nothing more is read', () => {
    const reader = new FrameReader(10)
    reader.push(Uint8Array.of(11))

    assert.equal(reader.next(), undefined)
    assert.equal(reader.malformed, true)
    reader.push(Uint8Array.of(1, 1))
    assert.equal(reader.next(), undefined)
  })

  test('an unterminated length is malformed', () => {
    const reader = new FrameReader(10)
    reader.push(new Uint8Array(20).fill(0xff))

    assert.equal(reader.next(), undefined)
    assert.equal(reader.malformed, true)
  })

  test('reading arbitrary bytes ends and never throws', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
      const reader = new FrameReader(40)

      for (const chunk of chunks) {
        reader.push(chunk)
        assert.ok(drain(reader).every(message => message.length <= 40))
      }
    }), { numRuns: 1_000 })
  })

  test('views are plain arrays, also for Buffers', () => {
    const reader = new FrameReader(10)
    reader.push(Buffer.of(1, 5))

    assert.equal(reader.next()?.constructor, Uint8Array)
  })
})
