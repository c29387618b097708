import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { MAX_ADDRESS_BYTES, readAddress } from '../../../crawler/address/address-reader.ts'

const read = (text: string): ReturnType<typeof readAddress> => readAddress(multiaddr(text).bytes)

suite('readAddress', () => {
  test('an IPv4 address gives host, port and transport', () => {
    assert.partialDeepStrictEqual(read('/ip4/1.2.3.4/tcp/4001'), { family: 'ip4', host: Uint8Array.of(1, 2, 3, 4), hostEnd: 5, port: 4_001, transport: 'tcp' })
  })

  test('an IPv6 address gives its 16 bytes', () => {
    assert.partialDeepStrictEqual(read('/ip6/::1/udp/1/quic-v1'), { family: 'ip6', hostEnd: 17, port: 1, transport: 'quic-v1' })
    assert.deepEqual([...read('/ip6/::1/udp/1/quic-v1')?.host ?? []], [...Array<number>(15).fill(0), 1])
  })

  for (const family of ['dns', 'dns4', 'dns6'] as const) {
    test(`a name of /${family} is its host`, () => {
      const address = read(`/${family}/example.org/tcp/443`)

      assert.equal(address?.family, family)
      assert.equal(Buffer.from(address.host).toString(), 'example.org')
      assert.equal(address.hostEnd, 13)
    })
  }

  test('a /dnsaddr has no transport', () => {
    assert.partialDeepStrictEqual(read('/dnsaddr/bootstrap.libp2p.io'), { family: 'dnsaddr', port: 0 })
    assert.ok(!('transport' in (read('/dnsaddr/bootstrap.libp2p.io') ?? {})))
  })

  test('an address with another first component has the family other', () => {
    assert.partialDeepStrictEqual(read('/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234'), { family: 'other', transport: 'other' })
    assert.partialDeepStrictEqual(read('/ip6zone/eth0/ip6/fe80::1/tcp/1'), { family: 'other' })
  })

  test('the first port counts', () => {
    assert.equal(read('/ip4/1.2.3.4/tcp/80/udp/90')?.port, 80)
  })

  for (const [what, bytes] of [
    ['nothing', []],
    ['a cut IPv4 address', [4, 1, 2, 3]],
    ['a cut port', [4, 1, 2, 3, 4, 6, 1]],
    ['a name longer than the bytes', [53, 100, 97]],
    ['a code without an end', [0x80, 0x80]],
    ['zeros', [0, 0, 0, 0]],
    ['too many components', [4, 1, 2, 3, 4, ...Array<number[]>(17).fill([6, 0, 1]).flat()]],
    ['too many bytes', [53, 0x80, 0x04, ...Array<number>(MAX_ADDRESS_BYTES).fill(97)]]
  ] as const) {
    test(`${what} is not an address`, () => {
      assert.equal(readAddress(Uint8Array.from(bytes)), undefined)
    })
  }

  test('reading arbitrary bytes never throws, and the host is within the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const address = readAddress(bytes)

      assert.ok(address === undefined || address.hostEnd <= bytes.length)
    }), { numRuns: 2_000 })
  })
})
