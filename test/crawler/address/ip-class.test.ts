import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { addressClassOf, embeddedIpv4, isLoopback } from '../../../crawler/address/ip-class.ts'
import { formatIp, parseIp } from '../../../crawler/address/ip-text.ts'

function ip (text: string): Uint8Array {
  return parseIp(text) ?? assert.fail(text)
}

suite('addressClassOf', () => {
  for (const [kind, texts] of [
    ['public', ['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '223.255.255.255', '2606:4700::1111', '2a01:4f8::1', '64:ff9b::8.8.8.8', '::ffff:8.8.8.8', '2002:808:808::1']],
    ['private', ['10.0.0.1', '127.0.0.1', '127.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '::1', 'fc00::1', 'fd12:3456::1', '::ffff:10.0.0.1', '64:ff9b::192.168.0.1', '2002:a00:1::1']],
    ['forbidden', [
      '0.0.0.0',
      '0.1.2.3',
      '169.254.169.254',
      '169.254.1.1',
      '168.63.129.16',
      '100.100.100.200',
      '192.0.0.192',
      '192.0.2.1',
      '198.18.0.1',
      '198.19.255.255',
      '198.51.100.1',
      '203.0.113.1',
      '224.0.0.1',
      '239.255.255.255',
      '240.0.0.1',
      '255.255.255.255',
      '::',
      '::8.8.8.8',
      '::127.0.0.1',
      'fe80::1',
      'fec0::1',
      'ff02::1',
      'fd00:ec2::254',
      'fd20:ce::254',
      'fd00:c1::a9fe:a9fe',
      '2001:db8::1',
      '2001:2::1',
      '3fff::1',
      '64:ff9b:1::1',
      '::ffff:169.254.169.254',
      '64:ff9b::169.254.169.254',
      '2002:a9fe:a9fe::1',
      '5f00::1',
      '4000::1',
      '100::1'
    ]]
  ] as const) {
    for (const text of texts) {
      test(`${text} is ${kind}`, () => {
        assert.equal(addressClassOf(ip(text)), kind)
      })
    }
  }

  test('a Teredo address has the class of its client, which it stores inverted', () => {
    assert.equal(addressClassOf(ip('2001:0:4136:e378:8000:63bf:f5ff:fffe')), 'private') // 10.0.0.1
    assert.equal(addressClassOf(ip('2001:0:4136:e378:8000:63bf:5601:5601')), 'forbidden') // 169.254.169.254
    assert.equal(addressClassOf(ip('2001:0:4136:e378:8000:63bf:f7f7:f7f7')), 'public') // 8.8.8.8
  })

  test('an IPv4 address has the same class in every IPv6 form', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (v4) => {
      const kind = addressClassOf(v4)
      const zeros = (n: number): number[] => Array<number>(n).fill(0)

      for (const disguise of [
        [...zeros(10), 0xff, 0xff, ...v4],
        [0, 0x64, 0xff, 0x9b, ...zeros(8), ...v4],
        [0x20, 0x02, ...v4, ...zeros(10)],
        [0x20, 0x01, ...zeros(10), ...v4.map(byte => byte ^ 0xff)]
      ]) {
        const v6 = Uint8Array.from(disguise)
        assert.equal(addressClassOf(v6), kind, formatIp(v6))
        assert.deepEqual(embeddedIpv4(v6), v4)
      }
    }))
  })

  test('loopback is recognised in every IPv6 form', () => {
    assert.ok(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'].every(text => isLoopback(ip(text))))
    assert.ok(!['10.0.0.1', '::2', '8.8.8.8'].some(text => isLoopback(ip(text))))
  })
})
