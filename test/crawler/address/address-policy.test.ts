import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { AddressPolicy } from '../../../crawler/address/address-policy.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { addressClassOf } from '../../../crawler/address/ip-class.ts'

const POLICIES = {
  Public: new AddressPolicy({ policy: 'Public', deny: [] }),
  Private: new AddressPolicy({ policy: 'Private', deny: [] }),
  Any: new AddressPolicy({ policy: 'Any', deny: [] })
}

function allows (policy: AddressPolicy, text: string): boolean {
  return policy.allows(readAddress(multiaddr(text).bytes) ?? assert.fail(text))
}

suite('AddressPolicy', () => {
  for (const [text, allowedBy] of [
    ['/ip4/8.8.8.8/tcp/4001', ['Public', 'Any']],
    ['/ip4/10.0.0.1/tcp/4001', ['Private', 'Any']],
    ['/ip4/127.0.0.1/tcp/4001', ['Private', 'Any']],
    ['/ip6/::1/tcp/4001', ['Private', 'Any']],
    ['/ip4/169.254.169.254/tcp/80', []],
    ['/ip6/fd00:ec2::254/tcp/80', []],
    ['/ip4/0.0.0.0/tcp/4001', []],
    ['/ip6/::/udp/4001/quic-v1', []],
    ['/ip6/fe80::1/tcp/1', []],
    ['/ip4/8.8.8.8/tcp/0', []],
    ['/ip4/8.8.8.8/udp/0/quic-v1', []],
    ['/dns4/example.org/tcp/4001', ['Public', 'Private', 'Any']],
    ['/dns4/example.org/tcp/0', []],
    ['/dnsaddr/example.org', ['Public', 'Private', 'Any']],
    ['/ip4/10.0.0.1/tcp/4001/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN/p2p-circuit', ['Private', 'Any']]
  ] as const) {
    test(`${text} is allowed by ${allowedBy.length === 0 ? 'none' : allowedBy.join(' and ')}`, () => {
      assert.deepEqual(Object.entries(POLICIES).filter(([, policy]) => allows(policy, text)).map(([name]) => name), [...allowedBy])
    })
  }

  test('Any allows exactly what Public or Private allows; no policy allows a forbidden address', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })), (ip) => {
      assert.equal(POLICIES.Any.allowsIp(ip), POLICIES.Public.allowsIp(ip) || POLICIES.Private.allowsIp(ip))
      assert.equal(POLICIES.Any.allowsIp(ip), addressClassOf(ip) !== 'forbidden')
      assert.ok(!(POLICIES.Public.allowsIp(ip) && POLICIES.Private.allowsIp(ip)))
    }), { numRuns: 1_000 })
  })

  test('denied ranges are denied, also when embedded in IPv6', () => {
    const policy = new AddressPolicy({ policy: 'Any', deny: ['10.96.0.0/12', '2a01:4f8::/32'] })

    assert.ok(!allows(policy, '/ip4/10.96.0.1/tcp/443'))
    assert.ok(!allows(policy, '/ip6/::ffff:10.96.0.1/tcp/443'))
    assert.ok(!allows(policy, '/ip6/64:ff9b::10.96.0.1/tcp/443'))
    assert.ok(!allows(policy, '/ip6/2a01:4f8::1/tcp/443'))
    assert.ok(allows(policy, '/ip4/10.112.0.1/tcp/443'))
  })

  test('an invalid deny list is a configuration error that names the text', () => {
    assert.throws(() => new AddressPolicy({ policy: 'Any', deny: ['10.0.0.0/33'] }), { code: 'PP_CONFIG_INVALID', message: /10\.0\.0\.0\/33/ })
  })
})
