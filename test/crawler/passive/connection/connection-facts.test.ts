import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { bytesOf, connectionFacts } from '../../../../crawler/passive/connection/connection-facts.ts'

const PEER = '/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const RELAY = '/p2p/12D3KooWLV39jaMuhx3HGdfy4NfjB4Qmvu1iiUkqpeTWymq6FmPp/p2p-circuit'
const NEGOTIATED = { encryption: '/noise', multiplexer: '/yamux/1.0.0' }

suite('connectionFacts', () => {
  for (const [text, transport] of [
    ['/ip4/1.2.3.4/tcp/5', 'tcp'],
    ['/ip6/2001:db8::1/tcp/5', 'tcp'],
    ['/ip4/1.2.3.4/tcp/5/ws', 'ws'],
    ['/ip4/1.2.3.4/tcp/5/tls/ws', 'wss'],
    ['/dns4/peer.test/tcp/5/tls/sni/peer.test/ws', 'wss'],
    ['/ip4/1.2.3.4/tcp/5/wss', 'wss'],
    [`/ip4/1.2.3.4/tcp/5${RELAY}`, 'relay'],
    [`/ip4/1.2.3.4/udp/5/quic-v1${RELAY}`, 'relay'],
    [`/ip4/1.2.3.4/tcp/5/ws${RELAY}`, 'relay']
  ] as const) {
    test(`reports ${transport} for ${text}, with the negotiated protocols`, () => {
      assert.deepEqual(connectionFacts({ remoteAddr: multiaddr(text + PEER), ...NEGOTIATED }), {
        address: multiaddr(text).bytes,
        transport,
        security: '/noise',
        muxer: '/yamux/1.0.0',
        limited: false
      })
    })
  }

  test('reports no negotiated protocols for QUIC, and that a relay limits a connection', () => {
    const remoteAddr = multiaddr(`/ip4/1.2.3.4/udp/5/quic-v1${PEER}`)

    assert.deepEqual(connectionFacts({ remoteAddr, encryption: 'native', multiplexer: 'quic', limits: { seconds: 120 } }), {
      address: multiaddr('/ip4/1.2.3.4/udp/5/quic-v1').bytes,
      transport: 'quic-v1',
      limited: true
    })
    assert.deepEqual(connectionFacts({ remoteAddr }), { address: multiaddr('/ip4/1.2.3.4/udp/5/quic-v1').bytes, transport: 'quic-v1', limited: false })
  })
})

test('bytesOf rejects texts that are not an address', () => {
  assert.equal(bytesOf({ toString: () => 'nothing' }), undefined)
})
