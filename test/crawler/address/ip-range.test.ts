import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { inRange, parseCidr } from '../../../crawler/address/ip-range.ts'
import { formatIp } from '../../../crawler/address/ip-text.ts'

suite('IP ranges', () => {
  test('an address is in a range exactly if it is by net.BlockList', () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
    const pair = fc.constantFrom(4, 16).chain(length => fc.tuple(bytes(length), bytes(length), fc.integer({ min: 0, max: length * 8 }), fc.boolean()))

    fc.assert(fc.property(pair, ([prefix, other, bits, near]) => {
      const ip = near ? prefix.map((byte, i) => i === 3 ? byte ^ 1 : byte) : other
      const family = ip.length === 4 ? 'ipv4' : 'ipv6'
      const list = new BlockList()
      list.addSubnet(formatIp(prefix), bits, family)

      assert.equal(inRange({ ip: prefix, bits }, ip), list.check(formatIp(ip), family))
    }), { numRuns: 1_000 })
  })

  test('a range of the other family never matches', () => {
    assert.equal(inRange({ ip: new Uint8Array(16), bits: 0 }, Uint8Array.of(1, 2, 3, 4)), false)
  })

  test('texts that are not a CIDR are rejected', () => {
    for (const text of ['', '10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'fd00::/-1', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/1e1']) {
      assert.equal(parseCidr(text), undefined, text)
    }
  })
})
