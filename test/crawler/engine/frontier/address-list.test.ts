import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { AddressList, MAX_ADDRESS_BYTES, MAX_ADDRESSES } from '../../../../crawler/engine/frontier/address-list.ts'

const hex = (addresses: readonly Uint8Array[]): string[] => addresses.map(address => Buffer.from(address).toString('hex'))
const address = (n: number): Uint8Array => Uint8Array.from([4, n >> 8, n & 0xff])

suite('AddressList', () => {
  test('contains each address once, in the order of the first mention', () => {
    const listed = fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 3, max: 2 }), { maxLength: 8 }), { maxLength: 8 })

    fc.assert(fc.property(listed, (mentions) => {
      const list = new AddressList()
      mentions.forEach(addresses => list.merge(addresses, Infinity))
      const expected = [...new Set(hex(mentions.flat()))]

      assert.deepEqual(hex(list.list()), expected)
      assert.equal(list.count, expected.length)
      assert.deepEqual(hex(list.list(2)), expected.slice(2))
    }))
  })

  test('finds its addresses at any offset, and no others', () => {
    const list = new AddressList()
    const reply = Uint8Array.from([9, ...address(2), ...address(1), ...address(3), 9])
    assert.ok(!list.has(reply, 1, 4))
    list.merge([address(1), address(2)], Infinity)

    for (let round = 0; round < 2; round++) {
      assert.deepEqual([1, 4, 7].filter(at => list.has(reply, at, at + 3)), [1, 4])
    }

    assert.ok(!list.has(reply, 1, 3))
    assert.ok(!list.has(reply, 1, 5))
    assert.ok(!list.has(reply, 1, 1))
  })

  test('returns the number of added bytes: zero for a known list', () => {
    const list = new AddressList()

    assert.equal(list.merge([address(1), address(2)], Infinity), 10)
    assert.equal(list.merge([address(1), address(2)], Infinity), 0)
    assert.equal(list.merge([address(2), address(3), address(1)], Infinity), 5)
    assert.equal(list.byteLength, 15)
  })

  test('contains 128 addresses at most', () => {
    const list = new AddressList()
    list.merge(Array.from({ length: 300 }, (_, n) => address(n)), Infinity)

    assert.equal(list.count, MAX_ADDRESSES)
    assert.equal(list.merge([address(999)], Infinity), 0)
  })

  test('leaves out empty and overlong addresses, and addresses beyond the room', () => {
    const list = new AddressList()
    list.merge([new Uint8Array(0), new Uint8Array(MAX_ADDRESS_BYTES + 1), address(1), address(2)], 9)

    assert.deepEqual(hex(list.list()), ['040001'])
    assert.equal(list.merge([new Uint8Array(MAX_ADDRESS_BYTES)], Infinity), MAX_ADDRESS_BYTES + 2)
  })

  test('returns addresses that do not change when it grows', () => {
    const list = new AddressList()
    list.merge([address(1)], Infinity)
    const before = list.list()

    for (let n = 2; n < 100; n++) {
      list.merge([address(n)], Infinity)
    }

    assert.deepEqual(hex(before), ['040001'])
  })

  test('keeps no reference to the reply', () => {
    const reply = Uint8Array.from([9, 9, 4, 0, 1])
    const list = new AddressList()
    list.merge([reply.subarray(2)], Infinity)
    reply.fill(0)

    assert.deepEqual(hex(list.list()), ['040001'])
  })
})
