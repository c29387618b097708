import assert from 'node:assert/strict'
import { SocketAddress } from 'node:net'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { formatIp, parseIp } from '../../../crawler/address/ip-text.ts'

suite('IP addresses as text', () => {
  for (const [text, hex] of [
    ['127.0.0.1', '7f000001'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['1:0:2:3:4:5:6:7', '00010000000200030004000500060007']
  ] as const) {
    test(`${text} is ${hex} and back`, () => {
      assert.deepEqual(parseIp(text), Uint8Array.from(Buffer.from(hex, 'hex')))
      assert.equal(formatIp(Buffer.from(hex, 'hex')), text)
    })
  }

  test('a dotted end counts as two groups', () => {
    assert.deepEqual(parseIp('::ffff:1.2.3.4'), parseIp('::ffff:102:304'))
  })

  test('addresses survive a round trip, and are printed as Node.js prints them', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })), (ip) => {
      assert.deepEqual(parseIp(formatIp(ip)), ip)
    }))
    fc.assert(fc.property(fc.ipV6(), (text) => {
      const ours = formatIp(parseIp(text) ?? Uint8Array.of())

      assert.deepEqual(parseIp(new SocketAddress({ address: text, family: 'ipv6' }).address), parseIp(ours))
    }))
  })

  test('other texts are rejected', () => {
    for (const text of ['', '1.2.3', '1.2.3.400', 'fe80::1%eth0', ':::', 'example.org', '1.2.3.4/8']) {
      assert.equal(parseIp(text), undefined, text)
    }
  })
})
