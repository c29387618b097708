import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { parseIp } from '../../../../crawler/address/ip-text.ts'
import { addressKeys, remoteOf } from '../../../../crawler/passive/limits/address-keys.ts'

test('addressKeys returns the keys of an IP address and its /24 or /64, for every form', () => {
  assert.deepEqual(addressKeys(parseIp('198.51.100.7')!), ['c6336407', 'c63364'])
  assert.deepEqual(addressKeys(parseIp('::ffff:198.51.100.7')!), ['c6336407', 'c63364'])
  assert.equal(addressKeys(parseIp('2001:db8:1:2::1')!)[1], addressKeys(parseIp('2001:db8:1:2:ffff::')!)[1])
})

test('remoteOf reads the address and port of a remote', () => {
  for (const text of ['/ip4/10.0.0.1/tcp/7', '/ip4/10.0.0.1/tcp/7/ws', '/ip4/10.0.0.1/udp/7/quic-v1/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5']) {
    assert.deepEqual(remoteOf(multiaddr(text)), { ip: Uint8Array.of(10, 0, 0, 1), port: 7 }, text)
  }
  assert.equal(remoteOf(multiaddr('/dns4/example.org/tcp/7')), undefined)
})
