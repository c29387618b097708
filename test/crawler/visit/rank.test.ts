import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { readAddress } from '../../../crawler/visit/address-reader.ts'
import { formatAddress } from '../../../crawler/visit/address.ts'
import { rankAddresses } from '../../../crawler/visit/rank.ts'

function ranked (...texts: string[]): (string | undefined)[][] {
  const addresses = texts.map(text => readAddress(multiaddr(text).bytes)).filter(address => address !== undefined)

  return rankAddresses(addresses).map(group => group.map(({ bytes }) => formatAddress(bytes)))
}

suite('rankAddresses', () => {
  test('private and public addresses are groups of their own', () => {
    assert.deepEqual(ranked('/ip4/8.8.8.8/tcp/1', '/ip4/10.0.0.1/tcp/1', '/ip4/8.8.4.4/tcp/1'), [['/ip4/10.0.0.1/tcp/1'], ['/ip4/8.8.8.8/tcp/1', '/ip4/8.8.4.4/tcp/1']])
  })

  test('TCP comes before QUIC, and the rest after both', () => {
    assert.deepEqual(ranked('/ip4/8.8.8.8/tcp/1/ws', '/ip4/8.8.8.8/udp/1/quic-v1', '/ip4/8.8.8.8/tcp/1'), [['/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/udp/1/quic-v1', '/ip4/8.8.8.8/tcp/1/ws']])
  })

  test('IPv6 and IPv4 take turns within a transport', () => {
    assert.deepEqual(
      ranked('/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/tcp/2', '/ip4/8.8.8.8/tcp/3', '/ip6/2a01::1/tcp/1', '/ip6/2a01::1/tcp/2'),
      [['/ip6/2a01::1/tcp/1', '/ip4/8.8.8.8/tcp/1', '/ip6/2a01::1/tcp/2', '/ip4/8.8.8.8/tcp/2', '/ip4/8.8.8.8/tcp/3']]
    )
  })

  test('the same endpoint told twice is dialled once', () => {
    assert.deepEqual(ranked('/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/tcp/1/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN', '/ip4/8.8.8.8/tcp/1')[0]?.length, 1)
  })

  test('no addresses make no groups', () => {
    assert.deepEqual(ranked(), [])
  })
})
