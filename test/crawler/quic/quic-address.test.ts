import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { isQuic } from '../../../crawler/quic/quic-address.ts'

test('QUIC is dialled at addresses with QUIC version 1, and at unresolved /dnsaddr names', () => {
  const verdict = (text: string): boolean => isQuic(readAddress(multiaddr(text).bytes)!)

  assert.ok(['/ip4/1.2.3.4/udp/1/quic-v1', '/ip6/::1/udp/1/quic-v1', '/dns4/a.example/udp/1/quic-v1', '/dnsaddr/a.example'].every(verdict))
  assert.ok(!['/ip4/1.2.3.4/tcp/1', '/ip4/1.2.3.4/udp/1/quic', '/ip4/1.2.3.4/udp/1/quic-v1/webtransport', '/ip4/1.2.3.4/udp/1/quic-v1/p2p-circuit', '/ip4/1.2.3.4/udp/1/webrtc-direct'].some(verdict))
})
