import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isPeerId, PeerIndex } from '../../../../crawler/engine/frontier/peer-index.ts'
import { isPeerId as isPeerIdOnTheWire } from '../../../../crawler/peer/peer-id.ts'

const sha256 = (fill: number): Uint8Array => Uint8Array.from([0x12, 32, ...Array<number>(32).fill(fill)])
const inline = (length: number): Uint8Array => Uint8Array.from([0x00, length, ...Array<number>(length).fill(7)])

suite('isPeerId', () => {
  test('accepts hashes of keys and inline keys', () => {
    assert.ok([sha256(1), inline(36), inline(37), inline(42)].every(isPeerId))
  })

  test('equals isPeerId of peer/peer-id.ts', () => {
    const multihash = fc.tuple(fc.constantFrom(0x00, 0x12, 0x13), fc.nat({ max: 127 }))
      .map(([code, length]) => Uint8Array.from([code, length, ...Array<number>(length).fill(1)]))

    fc.assert(fc.property(fc.oneof(multihash, fc.uint8Array()), id => isPeerId(id) === isPeerIdOnTheWire(id)), { numRuns: 2_000 })
  })

  test('rejects everything else', () => {
    const lies = [[], [0], [0, 0], [0x12, 32], [0x12, 31, ...Array<number>(31).fill(1)], [0x13, 32, ...Array<number>(32).fill(1)], [0, 36, 1, 2]]

    assert.ok(lies.map(bytes => Uint8Array.from(bytes)).every(id => !isPeerId(id)))
    assert.equal(isPeerId(inline(43)), false)
    assert.equal(isPeerId(inline(7)), false)
    assert.equal(isPeerId(Uint8Array.from([...sha256(1), 0])), false)
  })
})

suite('PeerIndex', () => {
  test('finds exactly what was added, however many', () => {
    const ids = fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 300, selector: bytes => Buffer.from(bytes).toString('hex') })

    fc.assert(fc.property(ids, fc.nat({ max: 300 }), (keys, cut) => {
      const entries = keys.map((key, i) => ({ id: Uint8Array.from([0x12, 32, ...key]), i }))
      const index = new PeerIndex<{ id: Uint8Array, i: number }>()
      entries.slice(0, cut).forEach((entry) => {
        index.add(entry)
      })

      assert.equal(index.size, Math.min(cut, entries.length))
      assert.deepEqual([...index.values()], entries.slice(0, cut))
      entries.forEach((entry, i) => {
        assert.equal(index.get(new Uint8Array(entry.id)), i < cut ? entry : undefined)
      })
    }), { numRuns: 50 })
  })

  test('grows beyond its first table and still finds all', () => {
    const index = new PeerIndex<{ id: Uint8Array }>()
    const idOf = (n: number): Uint8Array => Uint8Array.from([0x12, 32, n >> 8, n & 0xff, ...Array<number>(30).fill(0)])

    for (let n = 0; n < 5_000; n++) {
      index.add({ id: idOf(n) })
    }
    for (let n = 0; n < 5_000; n++) {
      assert.deepEqual(index.get(idOf(n))?.id, idOf(n))
    }

    assert.equal(index.get(idOf(5_001)), undefined)
    assert.equal(index.get(new Uint8Array(0)), undefined)
  })

  test('finds all for any hash, also around the end of its table', () => {
    for (let round = 0; round < 50; round++) {
      const index = new PeerIndex<{ id: Uint8Array }>()
      const ids = Array.from({ length: 510 }, (_, n) => Uint8Array.from([0x12, 32, ...Array<number>(30).fill(round), n >> 8, n & 0xff]))
      ids.forEach((id) => {
        index.add({ id })
      })

      assert.ok(ids.every(id => index.get(id)?.id === id))
    }
  })

  test('compares the bytes of a view, not the buffer behind it', () => {
    const index = new PeerIndex<{ id: Uint8Array }>()
    index.add({ id: sha256(3) })
    const reply = new Uint8Array(100)
    reply.set(sha256(3), 50)

    assert.deepEqual(index.get(reply.subarray(50, 84))?.id, sha256(3))
  })
})
