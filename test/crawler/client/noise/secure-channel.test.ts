import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { CipherState } from '../../../../crawler/client/noise/cipher.ts'
import { frameNoise, NoiseFrames, SecureChannel } from '../../../../crawler/client/noise/secure-channel.ts'
import { concatBytes } from '../../../../crawler/wire/bytes.ts'
import { isFault, mayFault, piecesOf } from '../../../support/client/expect-fault.ts'

/** Two ends with shared keys; each collects the opened messages. */
function channelPair (): { a: SecureChannel, b: SecureChannel, opened: Uint8Array[] } {
  const [toB, toA] = [randomBytes(32), randomBytes(32)]
  const opened: Uint8Array[] = []

  return {
    opened,
    a: new SecureChannel(new CipherState(toB), new CipherState(toA), () => true),
    b: new SecureChannel(new CipherState(toA), new CipherState(toB), plain => opened.push(plain) > 0)
  }
}

suite('NoiseFrames', () => {
  test('stops when its reader stops, and returns the bytes after that message', () => {
    const bytes = concatBytes([frameNoise(Uint8Array.of(1)), frameNoise(Uint8Array.of(2, 3)), Uint8Array.of(9)])
    const seen: number[][] = []
    const rest = new NoiseFrames().feed(bytes, message => seen.push([...message]) < 2)

    assert.deepEqual(seen, [[1], [2, 3]])
    assert.deepEqual([...rest], [9])
  })

  test('rejects a message above the limit before it has arrived', () => {
    assert.throws(() => new NoiseFrames(10).feed(Uint8Array.of(0, 11), () => true), isFault('protocol-error'))
  })
})

suite('SecureChannel', () => {
  test('carries bytes of any length in frames that fit', () => {
    for (const size of [0, 1, 65_519, 65_520, 200_000]) {
      const { a, b, opened } = channelPair()
      const bytes = randomBytes(size)
      b.feed(a.seal(bytes))

      assert.deepEqual(Buffer.concat(opened), bytes)
    }
  })

  test('reads the same, however the bytes are cut', () => {
    for (const size of [1, 2, 3, 17, 18, 19, 50]) {
      const { a, b, opened } = channelPair()
      const wire = concatBytes([a.seal(Buffer.from('first')), a.seal(Buffer.from('second message'))])
      piecesOf(wire, size).forEach((piece) => {
        b.feed(piece)
      })

      assert.equal(Buffer.concat(opened).toString(), 'firstsecond message')
    }
  })

  test('rejects a frame that was changed, repeated or is too short for a tag', () => {
    const { a, b } = channelPair()
    const sealed = a.seal(Buffer.from('x'))
    const changed = Uint8Array.from(sealed)
    changed[3] = (changed[3] ?? 0) ^ 1

    assert.throws(() => {
      b.feed(changed)
    }, isFault('protocol-error'))
    assert.throws(() => {
      channelPair().b.feed(Uint8Array.of(0, 3, 1, 2, 3))
    }, isFault('protocol-error'))
    const { a: sender, b: receiver } = channelPair()
    const once = sender.seal(Buffer.from('x'))
    receiver.feed(once)
    assert.throws(() => {
      receiver.feed(once)
    }, isFault('protocol-error'))
  })

  test('rejects too many frames', () => {
    const { a, b } = channelPair()

    assert.throws(() => {
      for (let i = 0; i < 70_000; i++) {
        b.feed(a.seal(Uint8Array.of(0)))
      }
    }, isFault('limit-exceeded'))
  })

  test('stops when its reader stops', () => {
    const [key, other] = [randomBytes(32), randomBytes(32)]
    let count = 0
    const a = new SecureChannel(new CipherState(key), new CipherState(other), () => true)
    const b = new SecureChannel(new CipherState(other), new CipherState(key), () => ++count < 1)
    b.feed(concatBytes([a.seal(Uint8Array.of(1)), a.seal(Uint8Array.of(2))]))

    assert.equal(count, 1)
  })

  test('throws only peer faults for arbitrary bytes in any pieces', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
      const { b } = channelPair()
      mayFault(() => {
        piecesOf(bytes, size).forEach((piece) => {
          b.feed(piece)
        })
      })
    }))
  })
})
