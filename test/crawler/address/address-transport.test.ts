import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { transportOf } from '../../../crawler/address/address-transport.ts'
import { CODE } from '../../../crawler/address/multiaddr-reader.ts'

const CERTHASH = '/certhash/uEiAWlgd8EqbNhYLv86OdRvXHMosaUWFFDbhgGZgCkcmKnQ'
const PEER = '/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'

suite('transportOf', () => {
  for (const [text, transport] of [
    ['/ip4/1.2.3.4/tcp/4001', 'tcp'],
    [`/ip4/1.2.3.4/tcp/4001${PEER}`, 'tcp'],
    ['/ip4/1.2.3.4/udp/4001/quic-v1', 'quic-v1'],
    ['/ip4/1.2.3.4/udp/4001/quic', 'quic'],
    [`/ip4/1.2.3.4/udp/4001/quic-v1/webtransport${CERTHASH}${CERTHASH}`, 'webtransport'],
    [`/ip4/1.2.3.4/udp/4001/webrtc-direct${CERTHASH}`, 'webrtc-direct'],
    ['/dns4/a.example/tcp/80/ws', 'ws'],
    ['/dns4/a.example/tcp/443/wss', 'wss'],
    ['/dns4/a.example/tcp/443/tls/ws', 'wss'],
    ['/ip4/1.2.3.4/tcp/443/tls/sni/a.example/ws', 'wss'],
    [`/ip4/1.2.3.4/tcp/4001${PEER}/p2p-circuit`, 'relay'],
    [`/ip4/1.2.3.4/tcp/4001${PEER}/p2p-circuit/webrtc`, 'webrtc'],
    ['/ip4/1.2.3.4/tcp/4001/http', 'other'],
    ['/ip4/1.2.3.4/tcp/4001/tls', 'other'],
    ['/ip4/1.2.3.4/udp/4001', 'other'],
    ['/ip4/1.2.3.4', 'other'],
    ['/ip4/1.2.3.4/tcp/1/tcp/2', 'other'],
    ['/unix/x', 'other']
  ] as const) {
    test(`${text} has transport ${transport}`, () => {
      assert.equal(readAddress(multiaddr(text).bytes)?.transport, transport)
    })
  }

  test('components for the peer or the security do not change the transport', () => {
    assert.equal(transportOf([CODE.noise, CODE.tcp, CODE.p2p]), 'tcp')
  })
})
