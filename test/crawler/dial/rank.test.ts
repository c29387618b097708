import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { defined } from '../../../core/defined.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { bestOf, rankAddresses } from '../../../crawler/dial/rank.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'

const A = 'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'
const B = 'QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb'

function ranked (...texts: string[]): (string | undefined)[][] {
  const addresses = texts.map(text => readAddress(multiaddr(text).bytes)).filter(address => address !== undefined)

  return rankAddresses(addresses).map(group => group.map(({ bytes }) => formatAddress(bytes)))
}

suite('rankAddresses', () => {
  test('private and public addresses are separate groups', () => {
    assert.deepEqual(ranked('/ip4/8.8.8.8/tcp/1', '/ip4/10.0.0.1/tcp/1', '/ip4/8.8.4.4/tcp/1'), [['/ip4/10.0.0.1/tcp/1'], ['/ip4/8.8.8.8/tcp/1', '/ip4/8.8.4.4/tcp/1']])
  })

  test('TCP comes before QUIC, and the rest after both', () => {
    assert.deepEqual(ranked('/ip4/8.8.8.8/tcp/1/ws', '/ip4/8.8.8.8/udp/1/quic-v1', '/ip4/8.8.8.8/tcp/1'), [['/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/udp/1/quic-v1', '/ip4/8.8.8.8/tcp/1/ws']])
  })

  test('IPv6 and IPv4 alternate within a transport', () => {
    assert.deepEqual(
      ranked('/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/tcp/2', '/ip4/8.8.8.8/tcp/3', '/ip6/2a01::1/tcp/1', '/ip6/2a01::1/tcp/2'),
      [['/ip6/2a01::1/tcp/1', '/ip4/8.8.8.8/tcp/1', '/ip6/2a01::1/tcp/2', '/ip4/8.8.8.8/tcp/2', '/ip4/8.8.8.8/tcp/3']]
    )
  })

  test('an endpoint that is listed twice is dialled once', () => {
    assert.deepEqual(ranked('/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/tcp/1/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN', '/ip4/8.8.8.8/tcp/1')[0]?.length, 1)
  })

  for (const [what, texts] of [
    ['names of a secure WebSocket by /sni', ['/ip4/8.8.8.8/tcp/1/tls/sni/a.example/ws', '/ip4/8.8.8.8/tcp/1/tls/sni/b.example/ws', '/ip4/8.8.8.8/tcp/1/wss']],
    ['carriers on one port', ['/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/tcp/1/ws', '/ip4/8.8.8.8/tcp/1/wss', '/ip4/8.8.8.8/udp/1/quic-v1']],
    ['relay ids behind one IP address and port', [`/ip4/8.8.8.8/tcp/1/p2p/${A}/p2p-circuit`, `/ip4/8.8.8.8/tcp/1/p2p/${B}/p2p-circuit`]],
    ['carriers to one relay', ['', '/ws', '/wss'].map(carrier => `/ip4/8.8.8.8/tcp/1${carrier}/p2p/${A}/p2p-circuit`)],
    ['names of one relay', [`/ip4/8.8.8.8/tcp/1/tls/sni/a.example/ws/p2p/${A}/p2p-circuit`, `/ip4/8.8.8.8/tcp/1/tls/sni/b.example/ws/p2p/${A}/p2p-circuit`]]
  ] as const) {
    test(`different ${what} are different addresses in any order`, () => {
      for (const order of [texts, [...texts].reverse()]) {
        assert.deepEqual(ranked(...order).flat().sort(), [...texts].sort())
      }
    })
  }

  test('resolved names distinguish WebSocket addresses, but not TCP and QUIC addresses, which send no name', () => {
    const named = (text: string, name?: string): Address =>
      ({ ...readAddress(multiaddr(text).bytes) ?? assert.fail(text), ...defined({ name }) })
    const count = (text: string): number => rankAddresses([named(text, 'a.example'), named(text, 'b.example'), named(text)]).flat().length

    assert.deepEqual(['/tcp/1/wss', '/tcp/1/ws', `/tcp/1/wss/p2p/${A}/p2p-circuit`].map(end => count(`/ip4/8.8.8.8${end}`)), [3, 3, 3])
    assert.deepEqual(['/tcp/1', '/udp/1/quic-v1', `/tcp/1/p2p/${A}/p2p-circuit`].map(end => count(`/ip4/8.8.8.8${end}`)), [1, 1, 1])
  })

  test('different forms of an endpoint are one address', () => {
    assert.equal(ranked('/ip4/8.8.8.8/tcp/1/wss', '/ip4/8.8.8.8/tcp/1/tls/ws', `/ip4/8.8.8.8/tcp/1/wss/p2p/${A}`).flat().length, 1)
    assert.equal(ranked('/ip4/8.8.8.8/tcp/1/tls/sni/a.example/ws', '/ip4/8.8.8.8/tcp/1/tls/sni/A.example./ws').flat().length, 1)
  })

  test('more names of one IP address and port come after all other addresses', () => {
    const names = Array.from({ length: 30 }, (_, i) => `/ip4/8.8.8.8/tcp/1/tls/sni/n${String(i)}.example/ws`)
    const relayed = `/ip4/8.8.4.4/tcp/2/p2p/${A}/p2p-circuit`

    assert.deepEqual(ranked(...names, relayed)[0]?.slice(0, 3), [names[0], relayed, names[1]])
  })

  test('without addresses there are no groups', () => {
    assert.deepEqual(ranked(), [])
  })

  test('at most 32 addresses of a group are dialled, 16 of one IP address and 4 of one port', () => {
    const count = (texts: string[]): number[] => {
      const addresses = texts.map(text => readAddress(multiaddr(text).bytes) ?? assert.fail(text))

      return bestOf(rankAddresses(addresses)).map(group => group.length)
    }
    const many = (n: number, text: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => text(i))

    assert.deepEqual(count(many(100, i => `/ip4/8.8.${String(i)}.8/tcp/1`)), [32])
    assert.deepEqual(count(many(100, i => `/ip4/8.8.8.8/tcp/${String(1 + i)}`)), [16])
    assert.deepEqual(count(many(100, i => `/ip4/8.8.8.8/tcp/1/tls/sni/n${String(i)}.example/ws`)), [4])
    assert.deepEqual(count([...many(100, i => `/ip4/10.0.${String(i)}.8/tcp/1`), '/ip4/8.8.8.8/tcp/1']), [32, 1])
  })
})
